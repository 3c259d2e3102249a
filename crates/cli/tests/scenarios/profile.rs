//! `tidegate profile`: what a file holds, told truly.

use serde_json::json;

use crate::{
    golden::{Files, printed, refused},
    support::{run, text},
};

const ROWS: &str = "age,plan,member,score,joined,note,empty,same
41,basic,True,0.5,2026-03-01,a,,7
42,basic,False,,2026-03-02,b,,7
43,pro,True,inf,2026-03-03,c,,7
41,basic,True,0.5,2026-03-01,a,,7
";

#[test]
fn every_column_is_described() {
    let files = Files::new();
    let path = files.put("rows.csv", ROWS);
    let found = printed(&["profile", path.to_str().unwrap(), "--format", "json"]);
    assert_eq!((found["rows"].as_u64(), found["duplicate_rows"].as_u64()), (Some(4), Some(1)));
    let column = |name: &str| {
        found["columns"].as_array().unwrap().iter().find(|column| column["name"] == name).unwrap().clone()
    };
    let age = column("age");
    assert_eq!((&age["type"], &age["min"], &age["max"]), (&json!("integer"), &json!(41), &json!(43)));
    assert_eq!(
        (&age["quantiles"]["0.5"], &age["mean"], &age["distinct"]),
        (&json!(41.5), &json!(41.75), &json!(3))
    );
    assert_eq!(age["most_common"][0], json!({ "value": 41, "count": 2, "share": 0.5 }));
    let score = column("score");
    assert_eq!(
        (&score["missing"], &score["missing_share"], &score["infinite"]),
        (&json!(1), &json!(0.25), &json!(1))
    );
    assert_eq!(column("plan")["distribution"], json!({ "categories": ["basic", "pro"], "counts": [3, 1] }));
    assert_eq!(
        (&column("joined")["type"], &column("joined")["max"]),
        (&json!("timestamp"), &json!("2026-03-03"))
    );
    assert_eq!(
        (&column("empty")["issues"], &column("same")["issues"]),
        (&json!(["empty"]), &json!(["constant"]))
    );
    assert_eq!(column("member")["most_common"][0]["value"], json!("true"));
}

#[test]
fn the_table_is_for_people() {
    let files = Files::new();
    let path = files.put("rows.csv", ROWS);
    let path = path.to_str().unwrap();
    let told = text(&run(&["profile", path]).stdout);
    assert!(told.starts_with("4 rows, 8 columns, 1 duplicate rows\n"), "{told}");
    assert!(told.contains("basic 75%, pro 25%"), "{told}");
    let one = text(&run(&["profile", path, "--columns", "age"]).stdout);
    assert!(one.contains("1 columns") && !one.contains("plan"), "{one}");
    assert!(refused(&["profile", path, "--columns", "sex"]).contains("its columns are age"));
}
