//! Builds an empty database from the migrations, which the checked queries are compiled against: their
//! knowledge of the schema can not go stale.

use std::{env, error::Error, path::PathBuf};

use sqlx::{Connection, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let migrations = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../migrations");
    println!("cargo:rerun-if-changed={}", migrations.display());
    let path = PathBuf::from(env::var("OUT_DIR")?).join("schema.db");
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    Migrator::new(migrations).await?.run(&mut connection).await?;
    connection.close().await?;
    println!("cargo:rustc-env=DATABASE_URL=sqlite:{}", path.display());
    Ok(())
}
