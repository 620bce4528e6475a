//! The numbers that the template and the code share.

use domain::webhook::ATTEMPTS;
use std::path::Path;

/// Every template of the deployment, one after the other.
fn templates() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let templates = files.filter(|file| file.extension().is_some_and(|end| end == "yaml"));
    templates.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// The lines of a resource, up to the next one.
fn resource<'a>(template: &'a str, name: &str) -> &'a str {
    let start = template.find(&format!("\n  {name}:\n")).unwrap() + 1;
    let end = template[start..].find("\n\n").unwrap();
    &template[start..start + end]
}

#[test]
fn the_queue_delivers_an_event_as_often_as_the_code_counts_attempts() {
    let template = templates();
    let queue = resource(&template, "WebhooksQueue");
    assert!(queue.contains(&format!("maxReceiveCount: {ATTEMPTS}")), "{queue}");
}

#[test]
fn a_replay_and_the_probes_of_a_pause_may_continue_themselves() {
    let template = templates();
    let function = resource(&template, "WebhooksFunction");
    assert!(function.contains("RecursiveLoop: Allow"), "{function}");
}
