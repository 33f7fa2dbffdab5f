//! The documents about the language say what the code does. With `UPDATE_DOCS=1` what is generated is written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::programme::parse::{check, json_schema};

fn in_workspace(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Checks that a document is as generated, or writes it.
fn check_document(path: &str, generated: &str) {
    let path = in_workspace(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, generated).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == generated, "{} has drifted; run the tests with UPDATE_DOCS=1", path.display());
}

fn schema() -> Value {
    serde_json::to_value(json_schema()).unwrap()
}

#[test]
fn the_schema_in_the_docs_is_that_of_the_code() {
    check_document("docs/programme.schema.json", &format!("{:#}\n", schema()));
}

#[test]
fn the_table_of_keys_in_the_docs_is_that_of_the_code() {
    let path = "docs/programme.md";
    let document = fs::read_to_string(in_workspace(path)).unwrap();
    let (before, rest) = document.split_once("<!-- keys: begin -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- keys: end -->").unwrap();
    let mut keys = String::new();
    write_table(&schema(), &schema(), "", &mut BTreeMap::new(), &mut keys);
    check_document(path, &format!("{before}<!-- keys: begin -->\n{keys}\n<!-- keys: end -->{after}"));
}

#[test]
fn the_example_in_the_docs_is_sound() {
    let document = fs::read_to_string(in_workspace("docs/programme.md")).unwrap();
    let examples: Vec<&str> =
        document.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(examples.len(), 1);
    check(examples[0]).unwrap_or_else(|findings| panic!("{findings}"));
}

#[test]
fn the_example_programmes_are_sound() {
    let mut names = Vec::new();
    for entry in fs::read_dir(in_workspace("examples/programmes")).unwrap() {
        let path = entry.unwrap().path();
        let checked = check(&fs::read_to_string(&path).unwrap());
        let checked = checked.unwrap_or_else(|findings| panic!("{}:\n{findings}", path.display()));
        assert!(checked.effective_from.is_some(), "{} says when it comes into force", path.display());
        names.push(path.file_stem().unwrap().to_string_lossy().into_owned());
    }
    names.sort();
    let expected = [
        "airline",
        "cdnow",
        "coffee-chain",
        "complete-journey",
        "fashion-retailer",
        "grocery",
        "journey-rewards",
        "maven-fuzzy-factory",
        "saas",
        "uci-online-retail",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_file_that_has_everything_has_every_key() {
    let mut known = BTreeSet::new();
    let schema = schema();
    for table in schema["$defs"].as_object().unwrap().values().chain([&schema]) {
        known.extend(table["properties"].as_object().into_iter().flat_map(|keys| keys.keys().cloned()));
    }
    let mut used = BTreeSet::new();
    gather_keys(&include_str!("everything.toml").parse::<toml::Table>().unwrap().into(), &mut used);
    assert_eq!(known.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new());
}

fn gather_keys(value: &toml::Value, keys: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                keys.insert(key.clone());
                gather_keys(value, keys);
            }
        }
        toml::Value::Array(list) => list.iter().for_each(|value| gather_keys(value, keys)),
        _ => {}
    }
}

/// Writes the keys of a table, then the tables under it. A definition is written once, at the first path that has it.
fn write_table(
    root: &Value,
    table: &Value,
    path: &str,
    paths: &mut BTreeMap<String, String>,
    out: &mut String,
) {
    let title = if path.is_empty() { "Top level".to_owned() } else { format!("`{path}`") };
    let about = table["description"].as_str().unwrap().replace('\n', " ");
    write!(out, "\n### {title}\n\n{about}\n\n| key | value | meaning |\n|---|---|---|\n").unwrap();
    let required: Vec<&Value> =
        table["required"].as_array().map(|keys| keys.iter().collect()).unwrap_or_default();
    let mut below = Vec::new();
    for (key, schema) in table["properties"].as_object().unwrap() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let item = if schema["type"] == "array" { &schema["items"] } else { schema };
        let mut value = value_words(root, schema);
        if let Some(definition) = item["$ref"].as_str()
            && resolved(root, item)["properties"].is_object()
        {
            match paths.get(definition) {
                Some(first) => write!(value, " as `{first}`").unwrap(),
                None => {
                    paths.insert(definition.to_owned(), path.clone());
                    below.push((resolved(root, item), path));
                }
            }
        }
        let needed = if required.iter().any(|name| *name == key) { ", required" } else { "" };
        let meaning = schema["description"].as_str().unwrap_or_else(|| panic!("{key} says what it is"));
        writeln!(out, "| `{key}` | {value}{needed} | {} |", meaning.replace('\n', " ")).unwrap();
    }
    for (table, path) in below {
        write_table(root, table, &path, paths, out);
    }
}

fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    match schema["$ref"].as_str() {
        Some(reference) => &root["$defs"][reference.rsplit('/').next().unwrap()],
        None => schema,
    }
}

/// What a value of a schema is, in words.
fn value_words(root: &Value, schema: &Value) -> String {
    if schema["$ref"] == "#/$defs/Moment" {
        return "date".to_owned();
    }
    let schema = resolved(root, schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let words: Vec<String> =
            choices.iter().map(|choice| format!("`{}`", choice["const"].as_str().unwrap())).collect();
        return words.join(", ");
    }
    match schema["type"].as_str().unwrap() {
        "array" => match value_words(root, &schema["items"]).as_str() {
            plural @ ("table" | "text") => format!("list of {plural}s"),
            words => format!("list of {words}"),
        },
        "object" if schema["properties"].is_object() => "table".to_owned(),
        "object" => format!("table of key = {}", value_words(root, &schema["additionalProperties"])),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        "boolean" => "`true`, `false`".to_owned(),
        other => panic!("no words for {other}"),
    }
}
