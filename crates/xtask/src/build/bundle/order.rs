//! Functions that begin alike stand beside one another: what a compressor has just seen, it says in fewer bytes.

use anyhow::{Context, Result};
use wasm_encoder::{NameMap, NameSection, Section as _};
use wasmparser::{Parser, Payload, TypeRef};

/// How many bytes of a function count: its locals, and how it sets out.
const BEGINNING: usize = 24;

/// The module with names for its functions, in whose order they are to stand: `wasm-opt --reorder-functions-by-name`.
pub(super) fn name(module: &[u8]) -> Result<Vec<u8>> {
    let mut imported = 0;
    let mut bodies: Vec<(&[u8], u32)> = Vec::new();
    for part in Parser::new(0).parse_all(module) {
        match part.context("reading the module")? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                let index = imported + u32::try_from(bodies.len())?;
                let body = body.as_bytes();
                bodies.push((&body[..body.len().min(BEGINNING)], index));
            }
            _ => {}
        }
    }
    bodies.sort_unstable();
    let mut names: Vec<(u32, usize)> = bodies.iter().enumerate().map(|(place, (_, index))| (*index, place)).collect();
    names.sort_unstable();
    let mut functions = NameMap::new();
    for (index, place) in names {
        functions.append(index, &format!("{place:06}"));
    }
    let mut section = NameSection::new();
    section.functions(&functions);
    let mut named = module.to_vec();
    section.append_to(&mut named);
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, Function, FunctionSection, ImportSection, Module, TypeSection};
    use wasmparser::{KnownCustom, Name};

    /// A module with an imported function and one of its own for each number, which it says and forgets.
    fn module(says: &[i32]) -> Vec<u8> {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        types.ty().function([], []);
        imports.import("a", "b", wasm_encoder::EntityType::Function(0));
        for number in says {
            functions.function(0);
            let mut body = Function::new([]);
            body.instructions().i32_const(*number).drop().end();
            code.function(&body);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&code);
        module.finish()
    }

    fn names(module: &[u8]) -> Vec<(u32, String)> {
        let mut found = Vec::new();
        for part in Parser::new(0).parse_all(module) {
            let Payload::CustomSection(custom) = part.unwrap() else { continue };
            let KnownCustom::Name(parts) = custom.as_known() else { continue };
            for part in parts {
                let Name::Function(map) = part.unwrap() else { continue };
                found.extend(
                    map.into_iter().map(|naming| naming.unwrap()).map(|name| (name.index, name.name.to_owned())),
                );
            }
        }
        found
    }

    #[test]
    fn functions_are_named_in_the_order_of_how_they_begin() {
        let named = name(&module(&[9, 1, 5])).unwrap();
        let expected = [(1, "000002"), (2, "000000"), (3, "000001")];
        assert_eq!(names(&named), expected.map(|(index, name)| (index, name.to_owned())));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(name(b"no module").is_err());
    }
}
