use super::*;
use proptest::prelude::*;

fn ok(source: &str) -> Script {
    parse(source, &Aliases::new()).unwrap_or_else(|error| panic!("{source:?}: {error}"))
}

fn error(source: &str) -> String {
    match parse(source, &Aliases::new()) {
        Ok(script) => panic!("{source:?} parsed: {script:?}"),
        Err(Error::Syntax(text)) => text,
        Err(Error::Incomplete(text)) => format!("incomplete: {text}"),
    }
}

fn simple(source: &str) -> Simple {
    match ok(source).0[0].first.commands[0].clone() {
        Command::Simple(simple) => (*simple).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_keep_their_quotes_apart() {
    let words: Vec<_> = simple(r#"echo a'b c'"d $x"\ e $'\n'"#).words;
    assert_eq!(words.len(), 3);
    let Part::Double(double) = &words[1].0[2] else { panic!("{words:?}") };
    assert_eq!(double[0], Part::Quoted("d ".into()));
    assert_eq!(words[2].plain().as_deref(), Some("\n"));
}

#[test]
fn assignments_redirections_and_here_documents() {
    let command = simple("A=1 B= cmd x >out 2>&1 <<EOF\nbody $A\nEOF\n");
    assert_eq!(command.assignments.len(), 2);
    assert_eq!(command.redirects.len(), 3);
    assert!(matches!(&command.redirects[2].action, Action::Text(Word(parts)) if matches!(parts[0], Part::Double(_))));
    let command = simple("cat <<-'E'\n\t$x\n\tE");
    assert_eq!(command.redirects[0].action, Action::Text(Word::quoted("$x\n")));
    let script = ok("cat <<A; cat <<B\n1\nA\n2\nB\necho end");
    assert_eq!(script.0.len(), 3);
}

#[test]
fn one_line_at_a_time() {
    let source = "\n# remark\necho é; ls\nnext";
    let (script, used) = parse_one(source, &Aliases::new()).unwrap().unwrap();
    assert_eq!((script.0.len(), &source[used..]), (2, "next"));
    assert_eq!(parse_one("  # nothing\n", &Aliases::new()), Ok(None));
}

#[test]
fn keywords_make_compounds() {
    ok("if true; then echo a; elif false; then :; else echo b; fi > out");
    ok("for i in 1 2 3; do echo $i; done | cat");
    ok("for i\ndo echo; done");
    ok("while read x; do echo $x; done < f & until false; do :; done");
    ok("case $x in a|b) echo 1;; (c) ;; *) echo 2 ; esac");
    ok("f() { echo; }; function g { echo; }; ( cd /; ls ) && { a; b; }");
    ok("[[ -n $x && $y == z* ]] && (( i++ ))");
    ok("for ((i=0; i<3; i++)); do echo $i; done");
    ok("echo if then fi done { } !");
    ok("echo $(( (1+2)*3 )) $( (echo a); echo b) `echo \\`date\\``");
    ok("echo ${x:-a b} ${#x} ${x%%.*} ${x/a/b} ${x:1:2} ${x^^}");
    ok("a |\n\n b && \\\n c");
}

#[test]
fn bash_names_the_token_it_did_not_expect() {
    assert_eq!(error("| x"), "syntax error near unexpected token `|'");
    assert_eq!(error("echo a | | b"), "syntax error near unexpected token `|'");
    assert_eq!(error("echo )"), "syntax error near unexpected token `)'");
    assert_eq!(error("done"), "syntax error near unexpected token `done'");
    assert_eq!(error("if true; fi"), "syntax error near unexpected token `fi'");
    assert_eq!(error("echo >\n"), "syntax error near unexpected token `newline'");
    assert_eq!(error(";; x"), "syntax error near unexpected token `;;'");
    assert_eq!(error("a (b)"), "syntax error near unexpected token `('");
    assert_eq!(error("echo ${a b}"), "${a b}: bad substitution");
}

#[test]
fn what_is_unfinished_asks_for_more() {
    for source in [
        "echo 'a",
        "echo \"a",
        "echo $(ls",
        "echo `ls",
        "echo ${x",
        "if true",
        "for i in 1 2; do",
        "while true; do echo",
        "{ a;",
        "( a",
        "cat <<EOF\nbody\n",
        "a |",
        "a &&",
        "case x in",
        "case x in a) b",
        "f() {",
        "echo \\",
        "f()",
        "echo $((1+",
    ] {
        assert!(matches!(parse(source, &Aliases::new()), Err(Error::Incomplete(_))), "{source:?}");
    }
}

#[test]
fn aliases_are_expanded_where_a_command_begins_and_once() {
    let aliases = Aliases::from([
        ("k".into(), "kubectl".into()),
        ("kgp".into(), "k get pods".into()),
        ("ls".into(), "ls -F".into()),
    ]);
    let text = |source: &str| {
        let (script, used) = parse_one(source, &aliases).unwrap().unwrap();
        assert_eq!(used, source.len());
        format!("{:?}", script.0.iter().map(|i| &i.first.commands).collect::<Vec<_>>()).matches("Literal").count()
    };
    assert_eq!(text("kgp -w"), 4);
    assert_eq!(text("ls ls"), 3);
    assert_eq!(text("echo k"), 2);
    assert_eq!(text("cat <<E | k apply\nk\nE\n"), 3);
}

#[test]
fn deep_nesting_is_an_error_not_a_crash() {
    for open in ["(", "$(", "{ ", "if ", "\"$(", "${x:-", "((", "`", "! ", "f()"] {
        let _ = parse(&open.repeat(20_000), &Aliases::new());
        let _ = parse(&format!("echo {}", open.repeat(20_000)), &Aliases::new());
    }
    assert_eq!(error(&"{ ".repeat(1000)), "maximum nesting level exceeded");
    ok(&format!("echo {}{}", "$(echo ".repeat(25), ")".repeat(25)));
    ok(&format!("echo {}{}", "\"${x:-$(echo ".repeat(15), ")}\"".repeat(15)));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(source in "\\PC*") {
        let _ = parse(&source, &Aliases::new());
    }

    #[test]
    fn no_shell_like_text_makes_it_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "echo", " ", "'", "\"", "$", "(", ")", "{", "}", "`", "\\", "\n", "|", "&", ";", "<", ">", "<<E", "E\n", "if", "then",
            "fi", "for", "in", "do", "done", "case", "esac", "x=", "#", "1", "é", "k", "[[", "]]", "((", "))", "!", "${x", ":-",
        ]), 0..40)
    ) {
        let aliases = Aliases::from([("k".into(), "echo ; k".into()), ("echo".into(), "k".into())]);
        let source = pieces.concat();
        if let Ok(Some((_, used))) = parse_one(&source, &aliases) {
            prop_assert!(used > 0 && source.is_char_boundary(used));
        }
    }
}
