use super::*;
use crate::{list, obj};

#[test]
fn objects_look_as_kubectl_prints_them() {
    let value = obj! {
        "status" => obj! {},
        "spec" => obj! {
            "containers" => list![
                obj! { "name" => "a", "ports" => list![obj! { "containerPort" => 80 }], "command" => list!["sh", "-c"] },
                list![1, list![2, 3], obj! {}],
            ],
            "empty" => list![], "nothing" => "", "half" => 0.5,
        },
        "metadata" => obj! { "labels" => obj! { "a10" => "x", "a9" => "1", "a-b" => "true" } },
    };
    let mut with_null = value.clone();
    with_null.at_mut("metadata.creationTimestamp");
    assert_eq!(
        to_string(&with_null),
        "metadata:
  creationTimestamp: null
  labels:
    a-b: \"true\"
    a9: \"1\"
    a10: x
spec:
  containers:
  - command:
    - sh
    - -c
    name: a
    ports:
    - containerPort: 80
  - - 1
    - - 2
      - 3
    - {}
  empty: []
  half: 0.5
  nothing: \"\"
status: {}
"
    );
}

#[test]
fn strings_are_quoted_where_they_must_be() {
    let cases = [
        ("plain text", "plain text"),
        ("*/1 * * * *", "'*/1 * * * *'"),
        ("a: b", "'a: b'"),
        ("a:b", "a:b"),
        ("a #b", "'a #b'"),
        ("it's", "it's"),
        ("'it's", "'''it''s'"),
        (" a", "' a'"),
        ("-", "'-'"),
        ("-c", "-c"),
        ("tab\there", "\"tab\\there\""),
        ("한글", "한글"),
        ("😀", "\"\\U0001F600\""),
        ("say \"hi\"", "say \"hi\""),
        ("{}", "'{}'"),
        ("=", "="),
        ("2026-11-23T00:43:19Z", "\"2026-11-23T00:43:19Z\""),
        ("---", "'---'"),
        ("<none>", "<none>"),
    ];
    for (text, yaml) in cases {
        assert_eq!(to_string(&text.into()), format!("{yaml}\n"), "{text}");
    }
}

#[test]
fn several_lines_become_blocks() {
    let lines = |text: &str| to_string(&list![obj! { "a" => text, "b" => 1 }]);
    assert_eq!(lines("one\ntwo\n"), "- a: |\n    one\n    two\n  b: 1\n");
    assert_eq!(lines("one\n\ntwo"), "- a: |-\n    one\n\n    two\n  b: 1\n");
    assert_eq!(lines("one\n\n"), "- a: |+\n    one\n\n  b: 1\n");
    assert_eq!(lines(" one\n"), "- a: |2\n     one\n  b: 1\n");
    assert_eq!(lines("one \ntwo"), "- a: \"one \\ntwo\"\n  b: 1\n");
    assert_eq!(to_string(&obj! { "a" => "one\n" }), "a: |\n  one\n");
    assert_eq!(to_string(&obj! { "a" => "one\n\n" }), "a: |+\n  one\n\n");
    assert_eq!(to_string(&obj! { "a" => "\n" }), "a: |2+\n\n");
}

#[test]
fn long_lines_are_folded_at_a_blank() {
    let message = "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get \
                       metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could \
                       not find the requested resource (get pods.metrics.k8s.io)";
    let value = obj! { "status" => obj! { "conditions" => list![obj! { "message" => message }] } };
    let yaml = "status:
  conditions:
  - message: 'the HPA was unable to compute the replica count: failed to get cpu utilization:
      unable to get metrics for resource cpu: unable to fetch metrics from resource
      metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'
";
    assert_eq!(to_string(&value), yaml);
}

#[test]
fn floats_are_go_s() {
    for (number, text) in [
        (0.5, "0.5"),
        (100_000.5, "100000.5"),
        (1_234_567.5, "1.2345675e+06"),
        (1e20, "1e+20"),
        (1.5e300, "1.5e+300"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-2.5e-10, "-2.5e-10"),
    ] {
        assert_eq!(to_string(&Value::Float(number)), format!("{text}\n"));
    }
}

#[test]
fn words_that_look_like_numbers_or_moments_are_quoted_and_others_are_not() {
    for (text, written) in [
        ("10.44.0.3", "10.44.0.3"),
        ("1", "\"1\""),
        ("1e3", "\"1e3\""),
        ("2026-11-27", "\"2026-11-27\""),
        ("2026-11-27T23:45:00Z", "\"2026-11-27T23:45:00Z\""),
        ("1:30", "\"1:30\""),
        ("0x1f", "\"0x1f\""),
        ("3d9f-4", "3d9f-4"),
        ("100m", "100m"),
        ("a:", "'a:'"),
        ("name", "name"),
        ("no", "\"no\""),
        ("n", "\"n\""),
        ("true", "\"true\""),
        ("Off", "\"Off\""),
        ("node", "node"),
    ] {
        assert_eq!(to_string(&text.into()), format!("{written}\n"));
    }
}
