//! What differs from one run of a real cluster to the next, masked on both sides before they are compared.

use fancy_regex::{Regex, RegexBuilder};
use std::sync::LazyLock;

/// The alphabet of Kubernetes' generated names.
const SAFE: &str = "[bcdfghjklmnpqrstvwxz2456789]";

/// A pattern (`SAFE` in it stands for the alphabet) and what takes its place; applied in this order.
const MASKS: &[(&str, &str)] = &[
    (r"\b[WEIF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ", "<klog> "),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    (r"sha256:[0-9a-f]{64}", "<digest>"),
    (r"containerd://[0-9a-f]{64}", "<container>"),
    (r"[A-Za-z0-9+/=_.-]{120,}", "<blob>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<time>"),
    (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "<time>"),
    (r" in [0-9.]+m?s \([0-9.]+m?s including waiting\)\. Image size: \d+ bytes\.", " in <pull>"),
    (r#"("?resourceVersion"?: ?)"?\d+"?"#, "${1}<rv>"),
    (r#"("?observedGeneration"?: ?)\d+"#, "${1}<gen>"),
    // Addresses, but those that are the same in every cluster.
    (
        r"(?<![\d.])(?!10\.96\.0\.(?:1|10)\b)(?!127\.)(?!0\.0\.0\.0)(?!255\.)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])",
        "<ip>",
    ),
    (r"\b3[0-2]\d{3}\b", "<nodeport>"),
    (r"-(?=SAFE*\d)SAFE{7,10}-SAFE{5}\b", "-<hash>-<rand>"),
    (r"-(?=SAFE*\d)SAFE{8,10}\b", "-<hash>"),
    (r#"pod-template-hash([=:] ?"?)SAFE{6,10}"#, "pod-template-hash${1}<hash>"),
    (r"-SAFE{5}\b", "-<rand>"),
    (r"\b[0-9a-f]{16}\b", "<fnv>"),
    (r"\bnode[1-3]\b", "<node>"),
    (r"(?<![\w.-])(\d+(?:y|d|h|m|s))+(?![\w-])", "<age>"),
    (r"\(x\d+ over <age>\)", ""),
    (r"<invalid>", "<age>"),
    (r"[ \t]{2,}", "  "),
    (r"-{3,}", "---"),
    (r"(?<!\w)/[\w./-]*/work\b", "<folder>"),
    (r"/tmp/(LIVE|MERGED)-\d+|/tmp/kubectl-edit-\d+\.yaml", "<temporary file>"),
    (r"\A(---|\+\+\+|diff) .*<temporary file>.*(?=\n?\z)", "<diff header>"),
];

static COMPILED: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    // Texts are a few hundred kilobytes at most; the usual limit on steps is meant for hostile ones.
    let compile = |pattern: &str| RegexBuilder::new(pattern).backtrack_limit(1 << 40).build().expect("a mask compiles");
    MASKS.iter().map(|(pattern, replacement)| (compile(&pattern.replace("SAFE", SAFE)), *replacement)).collect()
});

/// The lines of a text that are not blank, masked.
pub fn mask(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    for (pattern, replacement) in COMPILED.iter() {
        text = pattern.replace_all(&text, *replacement).into_owned();
    }
    text.split('\n').map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The same, with the lines in any order: a table's rows follow random names.
pub fn sorted(text: &str) -> Vec<String> {
    let mut lines = mask(text);
    lines.sort();
    lines
}

#[test]
fn what_is_random_is_masked_and_nothing_else() {
    let cases = [
        ("mynginx-8b7b4ff94-2p7b9   1/1   Running   0   3s", "mynginx-<hash>-<rand>  1/1  Running  0  <age>"),
        ("10.244.2.2 10.96.0.1 127.0.0.1 10.96.0.12", "<ip> 10.96.0.1 127.0.0.1 <ip>"),
        ("80:31234/TCP on node2, not node4 or node12", "80:<nodeport>/TCP on <node>, not node4 or node12"),
        ("resourceVersion: \"123\"\nobservedGeneration: 2", "resourceVersion: <rv>|observedGeneration: <gen>"),
        ("2s (x3 over 5m2s)  v1.36.2  2024-01-02T03:04:05Z", "<age>  v1.36.2  <time>"),
        ("/home/student/work/a.yaml", "<folder>/a.yaml"),
        ("pod-template-hash=5c5d8f", "pod-template-hash=<hash>"),
        ("deployment.apps/mynginx created", "deployment.apps/mynginx created"),
    ];
    for (text, masked) in cases {
        assert_eq!(mask(text).join("|"), masked);
    }
}
