//! The site: every file that a browser may ask for, and `manifest.json`.
//!
//! Order matters, because names hold hashes: first what names nobody (WASM,
//! styles, pictures), then the scripts that name those, then the phone's shell,
//! and last the service worker, which names them all under one build id.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{
    asset::{Asset, sha256_hex},
    bundle::Front,
    template,
    web::{self, Script},
};
use crate::workspace::{self, Profile};

/// What the server reads: every file with its address, and what the phone keeps.
#[derive(Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Changes when anything that a phone keeps changes.
    pub(crate) build: String,
    /// `release` or `dev`.
    pub(crate) profile: String,
    /// Every file.
    pub(crate) files: Vec<Asset>,
    /// The addresses that the phone's service worker keeps.
    pub(crate) precache: Vec<String>,
    /// What a phone loads on its first visit, summed up.
    pub(crate) first_visit: Sum,
}

/// Sizes, bytes.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Sum {
    /// Plain.
    pub(crate) bytes: u64,
    /// At brotli 11; a development build counts plain bytes.
    pub(crate) brotli: u64,
}

impl Manifest {
    /// Reads the manifest of a site that was built.
    pub(crate) fn read(site: &Path) -> Result<Self> {
        let file = site.join("manifest.json");
        let text = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("reading {}", file.display()))
    }
}

struct Site {
    folder: PathBuf,
    profile: Profile,
    files: Vec<Asset>,
}

/// Puts the site together from the bundles, `public/` and `style/`.
pub(crate) fn assemble(profile: Profile) -> Result<Manifest> {
    let folder = workspace::site(profile);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let mut site = Site { folder, profile, files: Vec::new() };
    let build = site.field()?;
    site.hq()?;
    let manifest = site.manifest(build);
    let text = serde_json::to_vec_pretty(&manifest)?;
    let place = site.folder.join("manifest.json");
    fs::write(&place, text).with_context(|| format!("writing {}", place.display()))?;
    site.sweep()?;
    Ok(manifest)
}

impl Site {
    /// Everything of the phone. Gives the build id.
    fn field(&mut self) -> Result<String> {
        let public = workspace::root().join("public");
        let bundle = Front::Field.folder(self.profile);
        if !bundle.join("stamp").exists() {
            return Ok("none".to_owned());
        }
        let wasm = self.add("field.wasm", &read(&bundle.join("field_bg.wasm"))?)?;
        let glue = self.add("field.js", &web::script(&bundle.join("field.js"), Script::Module, &[])?)?;
        let style = self.style("field")?;
        for icon in pictures(&public.join("field"))? {
            self.add(&format!("field/{}", file_name(&icon)), &read(&icon)?)?;
        }
        let rescue = self.add("rescue.js", &web::script(&public.join("field/rescue.js"), Script::Classic, &[])?)?;
        let boot = web::script(
            &public.join("field/boot.js"),
            Script::Classic,
            &[
                ("FIELD_GLUE", serde_json::to_string(&glue)?),
                ("FIELD_WASM", serde_json::to_string(&wasm)?),
                ("RESCUE", serde_json::to_string(&rescue)?),
            ],
        )?;
        let boot = self.add("boot.js", &self.reloading(boot)?)?;
        let mut kept = vec![wasm, glue, style, boot, rescue];
        kept.push(self.add("worker.js", &web::script(&public.join("field/worker.js"), Script::Module, &[])?)?);

        let shell = fs::read_to_string(public.join("field/shell.html")).context("reading the shell")?;
        // Of the names that the app's own elements have, none begins so.
        let symbols = sprite()?.replace("<symbol id=\"", "<symbol id=\"i-");
        let shell = shell.replace("{{symbols}}", &symbols);
        let worker = fs::read_to_string(public.join("sw.js")).context("reading the service worker")?;
        let build = self.build_id(&kept, &[&shell, &worker]);

        let web_app =
            fs::read_to_string(public.join("field/manifest.webmanifest")).context("reading the web app manifest")?;
        let web_app = self.fill(&web_app, &build)?;
        self.fixed("field/manifest.webmanifest", "/field/manifest.webmanifest", web_app.as_bytes())?;
        let shell = template::minify_html(&self.fill(&shell, &build)?);
        self.fixed("field.html", "/field", shell.as_bytes())?;
        kept.insert(0, "/field".to_owned());

        let defines = [("BUILD", serde_json::to_string(&build)?), ("FILES", serde_json::to_string(&kept)?)];
        let worker = web::script(&public.join("sw.js"), Script::Classic, &defines)?;
        self.fixed("sw.js", "/sw.js", &worker)?;
        let kill = web::script(&public.join("sw-kill.js"), Script::Classic, &[])?;
        self.fixed("sw-kill.js", "/sw-kill.js", &kill)?;
        for file in &mut self.files {
            file.first_visit = kept.contains(&file.path) || file.logical == "sw.js";
        }
        Ok(build)
    }

    /// The same content gives the same id, so a release that changes nothing for phones costs them nothing.
    fn build_id(&self, kept: &[String], templates: &[&str]) -> String {
        let mut text = templates.concat();
        for file in self.files.iter().filter(|file| kept.contains(&file.path)) {
            text.push_str(&file.path);
            text.push_str(&file.sha256);
        }
        sha256_hex(text.as_bytes())[..12].to_owned()
    }

    /// Everything of HQ.
    fn hq(&mut self) -> Result<()> {
        let public = workspace::root().join("public");
        self.style("hq")?;
        // The plain page that tells phones on a local network how to trust this machine.
        self.style("help")?;
        self.add("icons/sprite.svg", sprite()?.as_bytes())?;
        let bundle = Front::Hq.folder(self.profile);
        if !bundle.join("stamp").exists() {
            return Ok(());
        }
        let wasm = self.add("hq.wasm", &read(&bundle.join("hq_bg.wasm"))?)?;
        // Beside the glue, so that its import is found.
        let boot = bundle.join("boot.js");
        fs::copy(public.join("hq/boot.js"), &boot).context("reading public/hq/boot.js")?;
        let defines = [("HQ_WASM", serde_json::to_string(&wasm)?)];
        let script = web::script(&boot, Script::Module, &defines)?;
        self.add("hq.js", &self.reloading(script)?)?;
        for picture in pictures(&public.join("hq"))? {
            self.add(&format!("hq/{}", file_name(&picture)), &read(&picture)?)?;
        }
        Ok(())
    }

    /// A front's first script; in a development build it also follows changes.
    fn reloading(&self, mut script: Vec<u8>) -> Result<Vec<u8>> {
        if self.profile == Profile::Dev {
            let reload = workspace::root().join("public/dev/reload.js");
            script.extend(web::script(&reload, Script::Classic, &[])?);
        }
        Ok(script)
    }

    fn style(&mut self, front: &str) -> Result<String> {
        let file = workspace::root().join("style").join(format!("{front}.css"));
        let text = if file.exists() { web::style(&file)? } else { Vec::new() };
        self.add(&format!("{front}.css"), &text)
    }

    /// Adds a file under a hashed name; gives its address.
    fn add(&mut self, logical: &str, bytes: &[u8]) -> Result<String> {
        let asset = Asset::hashed(&self.folder, self.profile, logical, bytes)?;
        let path = asset.path.clone();
        self.files.push(asset);
        Ok(path)
    }

    fn fixed(&mut self, logical: &str, path: &str, bytes: &[u8]) -> Result<()> {
        self.files.push(Asset::fixed(&self.folder, self.profile, logical, path, bytes)?);
        Ok(())
    }

    /// Fills a template with the build and the addresses of what is there so far.
    fn fill(&self, template: &str, build: &str) -> Result<String> {
        template::fill(template, |name| match name.strip_prefix("asset:") {
            Some(logical) => self.files.iter().find(|file| file.logical == logical).map(|file| file.path.as_str()),
            None => (name == "build").then_some(build),
        })
    }

    fn manifest(&self, build: String) -> Manifest {
        let first = || self.files.iter().filter(|file| file.first_visit);
        Manifest {
            build,
            profile: self.profile.name().to_owned(),
            precache: first().filter(|file| file.logical != "sw.js").map(|file| file.path.clone()).collect(),
            first_visit: Sum {
                bytes: first().map(|file| file.bytes).sum(),
                brotli: first().map(|file| file.brotli.unwrap_or(file.bytes)).sum(),
            },
            files: self.files.clone(),
        }
    }

    /// Removes what an earlier build left.
    fn sweep(&self) -> Result<()> {
        let mut wanted = BTreeSet::new();
        for file in &self.files {
            for end in ["", ".br", ".gz"] {
                wanted.insert(self.folder.join(format!("{}{end}", file.file)));
            }
        }
        for entry in fs::read_dir(self.folder.join("assets")).context("reading the assets")? {
            let path = entry?.path();
            if !wanted.contains(&path) {
                fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
            }
        }
        Ok(())
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}

/// The icons, each a symbol.
fn sprite() -> Result<String> {
    let file = workspace::root().join("public/icons/sprite.svg");
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Pictures in a folder, in the order of their names.
fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "svg" || end == "png"))
        .collect();
    found.sort();
    Ok(found)
}
