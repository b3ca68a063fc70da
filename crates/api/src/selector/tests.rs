use super::*;
use crate::{list, obj};

#[test]
fn text_is_read_and_printed_as_kubectl_does() {
    let cases = [
        ("", ""),
        ("b=1,a", "a,b=1"),
        (" x in (foo,,baz), y ,z notin ()", "x in (,baz,foo),y,z notin ()"),
        ("!old,a==b,c!=d", "a==b,c!=d,!old"),
        ("in in (in)", "in in (in)"),
        ("n>3", "n>3"),
        ("a=", "a="),
    ];
    for (text, printed) in cases {
        assert_eq!(Selector::parse(text).map(|s| s.to_string()), Ok(printed.to_owned()), "{text}");
    }
}

#[test]
fn bad_text_gets_the_servers_message() {
    let cases = [
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("app in web", "unable to parse requirement: found 'web' expected: '('"),
        ("a,", "found '', expected: identifier after ','"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
    ];
    for (text, error) in cases {
        assert_eq!(Selector::parse(text).unwrap_err(), error, "{text}");
    }
    let error = Selector::parse("a=-").unwrap_err();
    assert!(error.starts_with("unable to parse requirement: values[0][a]: Invalid value: \"-\": a valid label"));
    let error = Selector::parse("-a").unwrap_err();
    assert!(error.starts_with("unable to parse requirement: <nil>: Invalid value: \"-a\": name part must"));
    for text in ["\u{a0}", "a\u{3000}=b", "!(", "((((", "a in (b\0"] {
        let _ = Selector::parse(text);
    }
}

#[test]
fn labels_match() {
    let labels = obj! { "app" => "web", "n" => "5" };
    let yes = ["", "app", "app=web", "app!=db", "tier!=db", "app in (db,web)", "!tier", "tier notin (x)", "n>4", "n<6"];
    let no = ["tier", "app=db", "app!=web", "app notin (web)", "!app", "app>1", "n>5", "tier in (a)"];
    for (texts, expected) in [(&yes[..], true), (&no[..], false)] {
        for text in texts {
            assert_eq!(Selector::parse(text).unwrap().matches(&labels), expected, "{text}");
        }
    }
    assert!(!Selector::parse("a").unwrap().matches(&Value::Null));
}

#[test]
fn objects_are_read() {
    let object = obj! {
        "matchLabels" => obj! { "app" => "web" },
        "matchExpressions" => list![obj! { "key" => "tier", "operator" => "In", "values" => list!["b", "a"] }],
    };
    let selector = Selector::from_label_selector(&object);
    assert_eq!(selector.to_string(), "app=web,tier in (a,b)");
    assert_eq!(selector.equalities().collect::<Vec<_>>(), [(&"app".into(), &"web".into())]);
    assert!(Selector::from_label_selector(&obj! {}).is_everything());
    assert!(Selector::from_label_selector(&Value::Null).is_nothing());
    let map = obj! { "pod-template-hash" => "8b7b4ff94", "app" => "mynginx" };
    assert_eq!(Selector::from_map(&map).to_string(), "app=mynginx,pod-template-hash=8b7b4ff94");
}
