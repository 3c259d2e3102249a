//! Compiles `tauri.conf.json` and the capabilities into the desktop app.

fn main() {
    let capabilities = "./src-tauri/capabilities/**/*";
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    // The page is embedded by a macro, which cargo doesn't see reading it.
    println!("cargo:rerun-if-changed=ui/dist");
    tauri_build::try_build(tauri_build::Attributes::new().capabilities_path_pattern(capabilities))
        .expect("tauri.conf.json, the capabilities and the icons must be readable");
}
