//! Values that the objects have which the line is about: labels, fields, paths, conditions, revisions.

use super::source::Asked;
use super::{Candidate, objects, paths, texts};
use api::{Kind, Value, kind};

impl Asked<'_> {
    /// The kind that the line is about, and the objects of it that there are.
    fn objects(&self) -> Option<(&'static Kind, Vec<Value>, bool)> {
        let word = self.line.args.first()?;
        let (word, name) = match word.split_once('/') {
            Some((word, name)) => (word, Some(name)),
            None => (word.split(',').next().unwrap_or(word), self.line.args.get(1).map(String::as_str)),
        };
        let kind = self.named(word)?;
        let list = objects::list(self.line, kind, false);
        let named = |object: &&Value| name.is_none_or(|name| object.name() == name);
        Some((kind, list["items"].array().iter().filter(named).cloned().collect(), name.is_none()))
    }

    /// Labels that objects of the kind have: keys, then values.
    pub(super) fn labels(&self) -> Vec<Candidate> {
        // `top pod` and others name their kind themselves.
        let objects = match self.objects() {
            Some((_, objects, _)) => objects,
            None => objects::list(self.line, kind::POD, false)["items"].array().to_vec(),
        };
        let before = self.items_before();
        let (key, at) = match self.last_item().split_once('=') {
            Some((key, value)) => (Some(key.trim_end_matches('!')), self.typed.len() - value.len()),
            None => (None, before.len()),
        };
        let mut seen: Vec<(String, usize)> = Vec::new();
        for (name, value) in objects.iter().flat_map(|object| object.labels().entries()) {
            let text = match key {
                Some(key) if key == name.as_str() => value.str().to_owned(),
                Some(_) => continue,
                None => name.to_string(),
            };
            match seen.iter_mut().find(|(known, _)| *known == text) {
                Some((_, count)) => *count += 1,
                None => seen.push((text, 1)),
            }
        }
        let candidate = |(text, count): (String, usize)| {
            let candidate = Candidate::new(text, format!("×{count}")).after(&self.typed[..at]);
            Candidate { open: true, ..candidate }
        };
        seen.into_iter().map(candidate).collect()
    }

    /// Fields that `--field-selector` knows of the kind.
    pub(super) fn selectable(&self) -> Vec<Candidate> {
        let plural = self.objects().map_or("", |(kind, ..)| kind.plural);
        let own = texts::values(&format!("=fields {plural}"), self.language);
        let all = own.into_iter().chain(texts::values("=fields", self.language));
        all.map(|candidate| candidate.after(self.items_before())).collect()
    }

    /// `--field-selector=status.phase=`.
    pub(super) fn phases(&self) -> Vec<Candidate> {
        if !self.last_item().starts_with("status.phase") {
            return Vec::new();
        }
        let before = &self.typed[..self.typed.rfind('=').map_or(0, |at| at + 1)];
        texts::values("=phases", self.language).into_iter().map(|candidate| candidate.after(before)).collect()
    }

    /// `-o jsonpath=`, `-o custom-columns=` and `--sort-by=`.
    pub(super) fn format(&self) -> Vec<Candidate> {
        let Some((kind, objects, list)) = self.objects() else { return Vec::new() };
        let root = |list| paths::Root { kind, list, objects: &objects, language: self.language };
        match self.typed.split_once('=') {
            Some(("jsonpath" | "jsonpath-as-json", text)) => {
                let before = &self.typed[..self.typed.len() - text.len()];
                paths::template(text, root(list)).into_iter().map(|candidate| candidate.after(before)).collect()
            }
            Some(("custom-columns", text)) => {
                let column = &text[text.rfind(',').map_or(0, |at| at + 1)..];
                let Some((_, path)) = column.split_once(':') else { return Vec::new() };
                let before = &self.typed[..self.typed.len() - path.len()];
                paths::path(path, root(false)).into_iter().map(|candidate| candidate.after(before)).collect()
            }
            Some(_) => Vec::new(),
            None => {
                let brace = if self.typed.starts_with('{') { "{" } else { "" };
                let path = &self.typed[brace.len()..];
                paths::path(path, root(false)).into_iter().map(|candidate| candidate.after(brace)).collect()
            }
        }
    }

    /// `--for=condition=`, `--for=jsonpath=`.
    pub(super) fn condition(&self, what: &str, typed: &str) -> Vec<Candidate> {
        let before = &self.typed[..what.len() + 1];
        let found = match what {
            "condition" if typed.contains('=') => {
                let value = &self.typed[..self.typed.rfind('=').map_or(0, |at| at + 1)];
                return ["true", "false"].map(|word| Candidate::new(word, "").after(value)).into();
            }
            "condition" => {
                let mut known = texts::values("=conditions", self.language);
                let objects = self.objects().map(|(_, objects, _)| objects).unwrap_or_default();
                let types = objects.iter().flat_map(|object| object.at("status.conditions").array());
                let types: Vec<&str> = types.map(|condition| condition["type"].str()).collect();
                // Of objects that are there, what they have; else what there is.
                if !types.is_empty() {
                    known.retain(|candidate| types.contains(&candidate.text.as_str()));
                    known.extend(types.into_iter().map(|name| Candidate::new(name, "")));
                }
                known
            }
            "jsonpath" => match self.objects() {
                Some((kind, objects, _)) => paths::template(
                    typed,
                    paths::Root { kind, list: false, objects: &objects, language: self.language },
                ),
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        found.into_iter().map(|candidate| candidate.after(before)).collect()
    }

    /// The revisions of what `rollout` is about, newest first, each with its image.
    pub(super) fn revisions(&self) -> Vec<Candidate> {
        let Some((_, objects, _)) = self.objects() else { return Vec::new() };
        let Some(owner) = objects.first() else { return Vec::new() };
        let sets = objects::list(self.line, kind::REPLICA_SET, false);
        let mut all = Vec::new();
        for set in sets["items"].array() {
            let owned = set.at("metadata.ownerReferences").array().iter().any(|o| o["uid"].str() == owner.uid());
            let revision = set.annotation("deployment.kubernetes.io/revision");
            if owned && let Ok(number) = revision.parse::<i64>() {
                let containers = set.at("spec.template.spec.containers").array();
                let images: Vec<&str> = containers.iter().map(|container| container["image"].str()).collect();
                all.push((-number, Candidate::new(revision, images.join(", "))));
            }
        }
        api::sort_by_key(&mut all, |(number, _)| *number);
        all.into_iter().map(|(_, candidate)| candidate).collect()
    }
}
