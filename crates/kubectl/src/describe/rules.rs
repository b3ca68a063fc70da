//! The rules of a Role, one line for each resource and name (k8s.io/kubectl/pkg/util/rbac).

use super::writer::Writer;
use api::Value;

/// One line: what and by which verbs.
struct Line {
    group: String,
    resource: String,
    url: String,
    name: String,
    verbs: Vec<String>,
}

impl Line {
    /// Whether both are about the same resource and name. URLs are not put together.
    fn is_like(&self, other: &Line) -> bool {
        self.url.is_empty()
            && other.url.is_empty()
            && (&self.group, &self.resource, &self.name) == (&other.group, &other.resource, &other.name)
    }

    /// What Go prints of the rule, by which upstream sorts.
    fn key(&self) -> String {
        let groups = if self.url.is_empty() { &self.group } else { "" };
        let (verbs, resource) = (self.verbs.join(" "), &self.resource);
        format!(
            "Verbs:[{verbs}],APIGroups:[{groups}],Resources:[{resource}],ResourceNames:[{}],NonResourceURLs:[{}],",
            self.name, self.url
        )
    }

    /// `deployments.apps/scale`
    fn shown(&self) -> String {
        match (self.resource.split_once('/'), self.group.as_str()) {
            (_, "") => self.resource.clone(),
            (Some((resource, sub)), group) => format!("{resource}.{group}/{sub}"),
            (None, _) if self.resource.is_empty() => String::new(),
            (None, group) => format!("{}.{group}", self.resource),
        }
    }
}

/// The lines of the section `PolicyRule`.
pub fn describe(w: &mut Writer, role: &Value) {
    lines(w, 1, role["rules"].array());
}

/// Rules as lines at a level of indentation, the verbs of one resource and name together.
fn lines(w: &mut Writer, level: usize, rules: &[Value]) {
    let mut lines: Vec<Line> = Vec::new();
    for rule in rules {
        each(rule, &mut |line| match lines.iter_mut().find(|known| known.is_like(&line)) {
            Some(known) => known
                .verbs
                .extend(line.verbs.into_iter().filter(|verb| !known.verbs.contains(verb)).collect::<Vec<_>>()),
            None => lines.push(line),
        });
    }
    api::sort_by_cached_key(&mut lines, Line::key);
    for line in &lines {
        let (resource, verbs) = (line.shown(), line.verbs.join(" "));
        w.line(level, format_args!("{resource}\t[{}]\t[{}]\t[{verbs}]", line.url, line.name));
    }
}

/// Rules as unaligned lines: what, URLs, names, verbs.
pub fn table(rules: &[Value]) -> String {
    let mut w = Writer::default();
    lines(&mut w, 0, rules);
    w.unaligned()
}

/// Takes a rule apart into lines of one verb, one resource and one name.
fn each(rule: &Value, take: &mut dyn FnMut(Line)) {
    let texts = |field: &str| rule[field].array().iter().map(|text| text.str().to_owned()).collect::<Vec<String>>();
    let (verbs, mut names) = (texts("verbs"), texts("resourceNames"));
    if names.is_empty() {
        names.push(String::new());
    }
    let line = |group: &str, resource: &str, url: &str, name: &str, verb: &str| Line {
        group: group.to_owned(),
        resource: resource.to_owned(),
        url: url.to_owned(),
        name: name.to_owned(),
        verbs: vec![verb.to_owned()],
    };
    for group in &texts("apiGroups") {
        for resource in &texts("resources") {
            for verb in &verbs {
                names.iter().for_each(|name| take(line(group, resource, "", name, verb)));
            }
        }
    }
    for url in &texts("nonResourceURLs") {
        verbs.iter().for_each(|verb| take(line("", "", url, "", verb)));
    }
}
