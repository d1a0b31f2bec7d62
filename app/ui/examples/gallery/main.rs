//! Renders every component to plain pages, to be looked at in any browser:
//! `cargo run -p ui --example gallery -- <folder> <address of the repository>`.
//! Serve the repository's root over http (a browser reads no sprite from a file).

mod hq;
mod phone;
mod phone_controls;

use std::{fs, path::PathBuf};

use domain::text::Lang;
use leptos::prelude::*;

/// A page of the gallery: its name, its front and how it is built.
type Page = (&'static str, &'static str, fn(Lang) -> AnyView);

const PAGES: [Page; 10] = [
    ("today", "field", phone::today),
    ("item", "field", phone::item),
    ("sync", "field", phone::sync),
    ("moments", "field", phone::moments),
    ("sheet", "field", phone::sheet),
    ("controls", "field", phone_controls::controls),
    ("board", "hq", hq::board),
    ("list", "hq", hq::list),
    ("review", "hq", hq::review),
    ("form", "hq", hq::form),
];

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "target/gallery".into()));
    let root = arguments.next().unwrap_or_default();
    ui::icon::provide_sprite(&format!("{root}/public/icons/sprite.svg"));
    fs::create_dir_all(&folder)?;
    for (name, front, build) in PAGES {
        for lang in [Lang::Zh, Lang::En] {
            let body = Owner::new().with(|| build(lang).to_html());
            for theme in ["light", "dark", "sun"] {
                let page = format!(
                    "<!doctype html><html lang=\"{tag}\" data-theme=\"{theme}\"><meta charset=\"utf-8\">\
                     <meta name=\"viewport\" content=\"width=device-width, viewport-fit=cover\">\
                     <title>{name}</title><link rel=\"stylesheet\" href=\"{root}/style/{front}.css\">\
                     <body>{body}<script>document.querySelector('dialog[data-state=open]')?.showModal()</script>",
                    tag = lang.tag(),
                );
                fs::write(folder.join(format!("{name}-{}-{theme}.html", &lang.tag()[..2])), page)?;
            }
        }
    }
    Ok(())
}
