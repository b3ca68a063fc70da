//! When a Job has failed or succeeded: `podFailurePolicy`, `successPolicy`, `podReplacementPolicy`.

use super::*;

pub(super) fn policies(errors: &mut Errors, at: At) {
    let (spec, path) = (at.value, at.path);
    if !spec["podFailurePolicy"].is_null() {
        failure_policy(errors, &path.child("podFailurePolicy").child("rules"), spec);
    }
    if !spec["successPolicy"].is_null() {
        let path = path.child("successPolicy");
        match spec["completionMode"].str() {
            "Indexed" => success_policy(errors, &path.child("rules"), spec),
            _ => {
                let shown = as_json("SuccessPolicy", &spec["successPolicy"]);
                errors.invalid_as(&path, &shown, "requires indexed completion mode");
            }
        }
    }
    let supported: &[&str] =
        if spec["podFailurePolicy"].is_null() { &["Failed", "TerminatingOrFailed"] } else { &["Failed"] };
    errors.optionally_one_of(&path.child("podReplacementPolicy"), &spec["podReplacementPolicy"], supported);
}

/// `valid values: ["A" "B"]`, as Go prints a list of texts.
fn required_of(errors: &mut Errors, path: &Path, value: &Value, supported: &[&str]) {
    match value.str() {
        "" => {
            let quoted: Vec<String> = supported.iter().map(|text| format!("{text:?}")).collect();
            errors.required(path, &format!("valid values: [{}]", quoted.join(" ")));
        }
        _ => errors.one_of(path, value, supported),
    }
}

fn failure_policy(errors: &mut Errors, path: &Path, spec: &Value) {
    let rules = spec["podFailurePolicy"]["rules"].array();
    if rules.len() > MOST_RULES {
        errors.too_many(path, rules.len(), MOST_RULES);
    }
    for (i, rule) in rules.iter().enumerate() {
        let path = path.index(i);
        let action = path.child("action");
        required_of(errors, &action, &rule["action"], &["Count", "FailIndex", "FailJob", "Ignore"]);
        if rule["action"].str() == "FailIndex" && spec["backoffLimitPerIndex"].is_null() {
            errors.invalid(&action, "FailIndex", "requires the backoffLimitPerIndex to be set");
        }
        let (codes, conditions) = (&rule["onExitCodes"], &rule["onPodConditions"]);
        if !codes.is_null() {
            exit_codes(errors, &path.child("onExitCodes"), codes, &spec["template"]["spec"]);
        }
        let conditions_path = path.child("onPodConditions");
        if conditions.len() > MOST_RULES {
            errors.too_many(&conditions_path, conditions.len(), MOST_RULES);
        }
        for (j, pattern) in conditions.array().iter().enumerate() {
            let path = conditions_path.index(j);
            errors.invalids(&path.child("type"), &pattern["type"], qualified_name(pattern["type"].str()));
            required_of(errors, &path.child("status"), &pattern["status"], &["False", "True", "Unknown"]);
        }
        match (codes.is_null(), conditions.is_empty()) {
            (false, false) => {
                errors.invalid_field(&path, "specifying both OnExitCodes and OnPodConditions is not supported")
            }
            (true, true) => {
                errors.invalid_field(&path, "specifying one of OnExitCodes and OnPodConditions is required")
            }
            _ => {}
        }
    }
}

fn exit_codes(errors: &mut Errors, path: &Path, codes: &Value, pod: &Value) {
    required_of(errors, &path.child("operator"), &codes["operator"], &["In", "NotIn"]);
    let mut containers = pod["containers"].array().iter().chain(pod["initContainers"].array());
    if let Some(name) = codes["containerName"].as_str()
        && !containers.any(|container| container["name"].str() == name)
    {
        let detail = "must be one of the container or initContainer names in the pod template";
        errors.invalid(&path.child("containerName"), name, detail);
    }
    let (values_path, values) = (path.child("values"), codes["values"].array());
    if values.is_empty() {
        errors.invalid(&values_path, &codes["values"], "at least one value is required");
    } else if values.len() > MOST_EXIT_CODES {
        errors.too_many(&values_path, values.len(), MOST_EXIT_CODES);
    }
    for (i, value) in values.iter().enumerate() {
        if codes["operator"].str() == "In" && value.int() == 0 {
            errors.invalid(&values_path.index(i), value, "must not be 0 for the In operator");
        }
        if values[..i].contains(value) {
            errors.duplicate(&values_path.index(i), value);
        }
    }
    if values.windows(2).any(|pair| pair[0].int() > pair[1].int()) {
        errors.invalid(&values_path, &codes["values"], "must be ordered");
    }
}

fn success_policy(errors: &mut Errors, path: &Path, spec: &Value) {
    let rules = spec["successPolicy"]["rules"].array();
    if rules.is_empty() {
        errors.required(path, "at least one rules must be specified when the successPolicy is specified");
    }
    if rules.len() > MOST_RULES {
        errors.too_many(path, rules.len(), MOST_RULES);
    }
    let completions = spec["completions"].int();
    for (i, rule) in rules.iter().enumerate() {
        let path = path.index(i);
        let (count, listed) = (&rule["succeededCount"], &rule["succeededIndexes"]);
        if count.is_null() && listed.is_null() {
            errors.required(&path, "at least one of succeededCount or succeededIndexes must be specified");
        }
        let mut total = 0;
        if let Some(text) = listed.as_str() {
            match count_indexes(text, completions) {
                Ok(found) => total = found,
                Err(why) => {
                    let detail = format!("error parsing succeededIndexes: {why}");
                    errors.invalid(&path.child("succeededIndexes"), text, &detail);
                }
            }
        }
        let path = path.child("succeededCount");
        errors.nonnegative(&path, count);
        if count.int() > completions {
            let detail = format!("must be less than or equal to {completions} (the number of specified completions)");
            errors.invalid(&path, count, &detail);
        }
        if !listed.is_null() && count.int() > total {
            let detail = format!(
                "must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"
            );
            errors.invalid(&path, count, &detail);
        }
    }
}

/// How many indexes a text such as `1,3-5` names.
fn count_indexes(text: &str, completions: i64) -> Result<i64, String> {
    let (mut total, mut last) = (0, None);
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let ends: Vec<&str> = part.split('-').collect();
        if ends.len() > 2 {
            return Err(format!(
                "the fragment {part:?} violates the requirement that an index interval can have at most two parts \
                 separated by '-'"
            ));
        }
        let mut numbers = [0, 0];
        for (i, end) in ends.iter().enumerate() {
            let number = end.parse::<i64>();
            let number = number.map_err(|_| format!("cannot convert string to integer for index: {end:?}"))?;
            if number >= completions {
                return Err(format!("too large index: {end:?}"));
            }
            if i == 0 {
                numbers = [number, number];
            } else if number <= numbers[0] {
                return Err(format!("non-increasing order, previous: {}, current: {number}", numbers[0]));
            } else {
                numbers[1] = number;
            }
        }
        if let Some(last) = last.filter(|last| *last >= numbers[0]) {
            return Err(format!("non-increasing order, previous: {last}, current: {}", numbers[0]));
        }
        total += numbers[1] - numbers[0] + 1;
        last = Some(numbers[1]);
    }
    Ok(total)
}
