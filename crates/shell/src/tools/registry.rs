//! `registry`: images of one's own. A file says what they do; nodes pull them as any others.

use super::Cx;
use api::Language;
use kubelet::registry::{OwnImage, Problem, Registry, read};

/// The commands: a name, its arguments, and what it is for in both languages.
const COMMANDS: &[(&str, &str, &str, &str)] = &[
    ("push", "FILE...", "Take the images that files describe (- is standard input)", "파일에 적힌 이미지 올리기 (-는 표준 입력)"),
    ("list", "", "The images that are there", "올라가 있는 이미지 보기"),
    ("show", "IMAGE", "What an image is described as", "이미지의 설명 보기"),
    ("rm", "IMAGE...", "Forget images; nodes keep what they have pulled", "이미지 지우기 (노드가 이미 받은 것은 남음)"),
    ("example", "", "A file with everything that can be said", "적을 수 있는 것을 모두 담은 예시 파일"),
];

const EXAMPLE: &str = include_str!("registry.yaml");

/// The commands with what they are for.
pub(crate) fn commands(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    COMMANDS.iter().map(move |(name, _, en, ko)| (*name, if language == Language::Korean { *ko } else { *en }))
}

/// Does what the first word says.
pub(super) async fn run(cx: Cx) -> i32 {
    let words: Vec<String> = cx.args[1..].iter().filter(|word| *word == "-" || !word.starts_with('-')).cloned().collect();
    // As kubectl and docker have it: `push -f FILE`, `list` or `ls`.
    let (command, rest) = words.split_first().map_or(("help", &[][..]), |(command, rest)| (command.as_str(), rest));
    match (command, rest) {
        ("help", _) => help(&cx),
        _ if cx.args.iter().any(|word| word == "--help" || word == "-h") => help(&cx),
        ("push", []) => wants(&cx, "push", "FILE"),
        ("push", files) => push(&cx, files).await,
        ("list" | "ls", _) => list(&cx),
        ("example", _) => {
            cx.out(EXAMPLE);
            0
        }
        ("show" | "rm", []) => wants(&cx, command, "IMAGE"),
        ("show", names) => each(&cx, names, |registry, name| Ok(registry.image(name)?.text.to_string())),
        ("rm", names) => each(&cx, names, |registry, name| Ok(format!("deleted {}\n", registry.remove(name)?))),
        _ => {
            cx.err(&format!("error: unknown command {command:?} for \"registry\"\nSee 'registry --help'.\n"));
            1
        }
    }
}

fn help(cx: &Cx) -> i32 {
    let korean = cx.language() == Language::Korean;
    cx.out(if korean {
        "내가 만든 이미지를 저장소에 올립니다. 이미지가 무엇을 하는지는 YAML 파일에 적습니다.\n\n사용법:\n"
    } else {
        "Puts images of your own into a registry. A YAML file says what they do.\n\nUsage:\n"
    });
    for ((name, about), (_, arguments, ..)) in commands(cx.language()).zip(COMMANDS) {
        cx.out(&format!("  {:28}{about}\n", format!("registry {name} {arguments}")));
    }
    cx.out(if korean { "\n예시:\n" } else { "\nExamples:\n" });
    cx.out("  registry example > shop.yaml\n  registry push shop.yaml\n  kubectl create deployment shop --image=shop:1.0 --port=8080\n");
    0
}

fn wants(cx: &Cx, command: &str, what: &str) -> i32 {
    cx.err(&format!("error: registry {command} needs {what}\nSee 'registry --help'.\n"));
    1
}

/// Calls the registry.
fn with<T>(cx: &Cx, act: impl FnOnce(&mut Registry) -> T) -> Option<T> {
    let (mut act, mut result) = (Some(act), None);
    cx.kernel().system().registry(&mut |registry| result = act.take().map(|act| act(registry)));
    result
}

async fn push(cx: &Cx, files: &[String]) -> i32 {
    let mut status = 0;
    for file in files {
        let text = match cx.read(file).await {
            Ok(text) => text,
            Err(error) => {
                cx.err(&format!("error: {file}: {error}\n"));
                status = 1;
                continue;
            }
        };
        let documents = api::yaml::split(&text);
        for (first, text) in documents.iter().filter(|(_, text)| !text.trim().is_empty()) {
            status |= push_one(cx, file, *first, text);
        }
        if documents.is_empty() {
            cx.err(&format!("error: {file}: no image is described in it\n"));
            status = 1;
        }
    }
    status
}

fn push_one(cx: &Cx, file: &str, first: usize, text: &str) -> i32 {
    let problem = |Problem { line, text }: Problem| match line {
        0 => format!("error: {file}: {text}\n"),
        line => format!("error: {file}:{}: {text}\n", line + first - 1),
    };
    let image = match read(text) {
        Ok(image) => image,
        Err(problems) => {
            problems.into_iter().for_each(|one| cx.err(&problem(one)));
            return 1;
        }
    };
    let (name, id) = (image.name.clone(), image.id.clone());
    let digest = id.rsplit_once('@').map_or("", |(_, digest)| digest);
    match with(cx, |registry| registry.push(image)) {
        Some(Ok(())) => {
            cx.out(&format!("pushed {name}: digest: {digest}\n"));
            0
        }
        other => {
            let why = other.and_then(Result::err).unwrap_or_else(|| "there is no registry here".to_owned());
            cx.err(&format!("error: {name}: {why}\n"));
            1
        }
    }
}

fn list(cx: &Cx) -> i32 {
    let row = |image: &OwnImage| {
        let (repository, tag) = image.name.rsplit_once(':').unwrap_or((&image.name, ""));
        let short = repository.trim_start_matches("docker.io/library/").trim_start_matches("docker.io/");
        let digest = image.id.rsplit_once(':').map_or("", |(_, hex)| &hex[..hex.len().min(12)]);
        let ports: Vec<String> = image.ports.iter().map(u16::to_string).collect();
        [short.to_owned(), tag.to_owned(), digest.to_owned(), format!("{}MB", image.size / 1_000_000), ports.join(",")]
    };
    let rows = with(cx, |registry| registry.images().map(row).collect::<Vec<_>>()).unwrap_or_default();
    let head = ["REPOSITORY", "TAG", "IMAGE ID", "SIZE", "PORTS"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    for row in &rows {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:0$}", width(column) + 3));
        cx.out(&format!("{}\n", cells.collect::<String>().trim_end()));
    }
    0
}

/// Does something for each image; prints what that gives.
fn each(cx: &Cx, names: &[String], act: fn(&mut Registry, &str) -> Result<String, String>) -> i32 {
    let mut status = 0;
    for name in names {
        match with(cx, |registry| act(registry, name)) {
            Some(Ok(text)) => cx.out(&text),
            other => {
                let why = other.and_then(Result::err).unwrap_or_default();
                cx.err(&format!("error: {name}: {why}\n"));
                status = 1;
            }
        }
    }
    status
}
