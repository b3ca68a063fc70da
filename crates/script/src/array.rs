//! Arrays: variables with elements, by number or by name.

use crate::syntax::{Assigned, Assignment, Word};
use crate::{Expander, Halt, Memory, Variable};

/// The elements of an array.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Elements {
    /// Whether their indices are names (`declare -A`); else they are numbers, in order.
    pub named: bool,
    /// Index and text.
    pub entries: Vec<(String, String)>,
}

/// The greatest index of an element, and how many there may be.
const MOST: i64 = 1_000_000;

impl Elements {
    /// Elements one after the other.
    pub fn of(values: impl IntoIterator<Item = String>) -> Elements {
        let entries = values.into_iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect();
        Elements { named: false, entries }
    }

    fn get(&self, index: &str) -> Option<&str> {
        self.entries.iter().find(|(known, _)| known == index).map(|(_, value)| value.as_str())
    }

    /// Sets one of them.
    pub fn put(&mut self, index: String, value: String) {
        if let Some((_, old)) = self.entries.iter_mut().find(|(known, _)| *known == index) {
            *old = value;
            return;
        }
        let number = |index: &str| index.parse::<i64>().unwrap_or(0);
        let at = match self.named {
            true => self.entries.len(),
            false => {
                self.entries.iter().position(|(known, _)| number(known) > number(&index)).unwrap_or(self.entries.len())
            }
        };
        self.entries.insert(at, (index, value));
    }

    /// The number after the last.
    fn next(&self) -> i64 {
        self.entries.last().and_then(|(index, _)| index.parse::<i64>().ok()).map_or(0, |last| last + 1)
    }
}

impl Memory {
    /// The elements of a variable; one without an array has one, if it is set.
    pub fn elements(&self, name: &str) -> Vec<(String, String)> {
        match self.variables.get(name) {
            None => Vec::new(),
            Some(Variable { elements: Some(elements), .. }) => elements.entries.clone(),
            Some(variable) => vec![("0".to_owned(), variable.value.clone())],
        }
    }

    /// An element's text.
    pub fn element(&self, name: &str, index: &str) -> Option<String> {
        match &self.variables.get(name)?.elements {
            Some(elements) => elements.get(index).map(str::to_owned),
            None => (index == "0").then(|| self.variables.get(name).map(|v| v.value.clone())).flatten(),
        }
    }

    /// Makes a variable an array of these elements. False if it is read-only.
    pub fn set_elements(&mut self, name: &str, elements: Elements) -> bool {
        let variable = self.variables.get_or_default(name.to_owned());
        if variable.read_only {
            return false;
        }
        variable.value = elements.get("0").unwrap_or_default().to_owned();
        variable.elements = Some(elements);
        true
    }

    /// Sets an element. False if the variable is read-only.
    pub fn set_element(&mut self, name: &str, index: String, value: String) -> bool {
        let variable = self.variables.get_or_default(name.to_owned());
        if variable.read_only {
            return false;
        }
        if index == "0" {
            variable.value.clone_from(&value);
        }
        let text = &variable.value;
        let elements = variable.elements.get_or_insert_with(|| match text.is_empty() || index == "0" {
            true => Elements::default(),
            false => Elements::of([text.clone()]),
        });
        elements.put(index, value);
        true
    }

    /// Takes an element away.
    pub fn unset_element(&mut self, name: &str, index: &str) {
        if let Some(variable) = self.variables.get_mut(name)
            && let Some(elements) = &mut variable.elements
        {
            elements.entries.retain(|(known, _)| known != index);
            if index == "0" {
                variable.value.clear();
            }
        }
    }
}

impl Expander<'_> {
    /// What an index means for a variable: a name, or the value of an expression.
    pub fn index(&mut self, name: &str, index: &Word) -> Result<String, Halt> {
        let elements = self.variables.get(name).and_then(|variable| variable.elements.as_ref());
        if elements.is_some_and(|elements| elements.named) {
            return self.one(index);
        }
        let next = elements.map_or(1, Elements::next);
        let number = self.arithmetic(index)?;
        let number = if number < 0 { number + next } else { number };
        if !(0..MOST).contains(&number) {
            let text = self.one(index)?;
            return Err(Halt::Fail(format!("{name}[{text}]: bad array subscript"), 1));
        }
        Ok(number.to_string())
    }

    /// Carries out an assignment.
    pub fn give(&mut self, assignment: &Assignment) -> Result<(), Halt> {
        let Assignment { name, index, add, value } = assignment;
        let fine = match (value, index) {
            (Assigned::Text(value), None) => {
                let old = self.get(name).unwrap_or_default().to_owned();
                let value = self.path_list(value)?;
                let value = if *add { format!("{old}{value}") } else { value };
                self.set(name, value)
            }
            (Assigned::Text(value), Some(index)) => {
                let index = self.index(name, index)?;
                let value = self.one(value)?;
                let old = if *add { self.element(name, &index).unwrap_or_default() } else { String::new() };
                self.set_element(name, index, format!("{old}{value}"))
            }
            (Assigned::List(list), _) => self.give_list(name, *add, list)?,
        };
        if fine {
            return Ok(());
        }
        Err(Halt::Fail(format!("{name}: readonly variable"), 1))
    }

    fn give_list(&mut self, name: &str, add: bool, list: &[(Option<Word>, Word)]) -> Result<bool, Halt> {
        let known = self.variables.get(name).and_then(|variable| variable.elements.clone());
        let named = known.as_ref().is_some_and(|elements| elements.named);
        let mut elements = match (add, known) {
            (true, Some(known)) => known,
            (true, None) => Elements::of(self.get(name).map(str::to_owned)),
            (false, _) => Elements { named, entries: Vec::new() },
        };
        let mut next = elements.next();
        for (index, word) in list {
            let Some(index) = index else {
                for value in self.words(std::slice::from_ref(word))? {
                    elements.put(next.to_string(), value);
                    next += 1;
                }
                continue;
            };
            let index = match named {
                true => self.one(index)?,
                false => {
                    let number = self.arithmetic(index)?.clamp(0, MOST);
                    next = number + 1;
                    number.to_string()
                }
            };
            let value = self.one(word)?;
            elements.put(index, value);
        }
        Ok(self.set_elements(name, elements))
    }
}
