//! Texts to moments: as people say them to `date -d`, and by a format of `strptime`.

use super::{DAYS, MONTHS, days, parts};
use api::Time;

/// A moment that is being put together; units are added in the order of the calendar.
struct Moment {
    year: i64,
    month: i64,
    day: i64,
    /// Seconds since midnight; the current ones where nobody says.
    clock: f64,
    said_clock: bool,
    said_date: bool,
    /// Seconds east of Greenwich.
    zone: i64,
    months: i64,
    days: i64,
    seconds: f64,
    weekday: Option<(i64, i64)>,
}

/// What a person says of a moment, `now` being known; none if it means nothing.
pub(super) fn free(text: &str, now: Time) -> Option<Time> {
    let lower = text.trim().to_lowercase();
    if let Some(seconds) = lower.strip_prefix('@') {
        let seconds: f64 = seconds.parse().ok()?;
        return (seconds.abs() < 9e11).then_some(Time((seconds * 1e6) as i64));
    }
    let today = parts(now);
    let clock = (today.hour * 3600 + today.minute * 60 + today.second) as f64 + today.micros as f64 / 1e6;
    let mut moment = Moment {
        year: today.year,
        month: today.month,
        day: today.day,
        clock,
        said_clock: false,
        said_date: false,
        zone: 0,
        months: 0,
        days: 0,
        seconds: 0.0,
        weekday: None,
    };
    let words = words(&lower);
    let mut rest = &words[..];
    while !rest.is_empty() {
        rest = moment.take(rest)?;
    }
    moment.time()
}

/// Blanks and commas separate; so does the `T` between a date and a time, and a change from digits to letters.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split([' ', '\t', '\n', ',']).filter(|word| !word.is_empty()) {
        let mut begun = String::new();
        for c in word.chars() {
            let last = begun.chars().next_back();
            let digits = begun.chars().any(|c| c.is_ascii_digit()) && !begun.starts_with(|c: char| c.is_ascii_alphabetic());
            let breaks = match last {
                Some(last) => (digits && last.is_ascii_digit() && c.is_ascii_alphabetic())
                    || (last.is_ascii_alphabetic() && (c.is_ascii_digit() || matches!(c, '+' | '-'))),
                None => false,
            };
            if breaks {
                words.push(std::mem::take(&mut begun));
            }
            // `2024-01-01T10:00` and `10:00Z`
            if c == 't' && begun.is_empty() && words.last().is_some_and(|word| is_date(word)) {
                continue;
            }
            begun.push(c);
            // A zone hangs on its time.
            if matches!(c, '+' | '-') && begun.len() > 1 && begun.contains(':') {
                begun.pop();
                words.push(std::mem::take(&mut begun));
                begun.push(c);
            }
        }
        if !begun.is_empty() {
            words.push(begun);
        }
    }
    words
}

fn is_date(word: &str) -> bool {
    word.matches('-').count() == 2 && word.starts_with(|c: char| c.is_ascii_digit())
}

impl Moment {
    /// Takes in the next words; the words after them.
    fn take<'w>(&mut self, words: &'w [String]) -> Option<&'w [String]> {
        let (word, rest) = words.split_first()?;
        let word = word.as_str();
        let clock = |moment: &mut Moment, seconds: f64| {
            (moment.clock, moment.said_clock) = (seconds, true);
        };
        match word {
            "now" => return Some(rest),
            "today" => return Some(rest),
            "midnight" => {
                clock(self, 0.0);
                return Some(rest);
            }
            "noon" => {
                clock(self, 43_200.0);
                return Some(rest);
            }
            "yesterday" | "tomorrow" => {
                self.days += if word == "tomorrow" { 1 } else { -1 };
                return Some(rest);
            }
            "ago" => return None,
            "utc" | "gmt" | "z" | "at" | "of" | "on" | "and" => return Some(rest),
            "next" | "last" | "this" => {
                let count = match word {
                    "next" => 1,
                    "last" => -1,
                    _ => 0,
                };
                let unit = rest.first()?;
                if let Some(day) = named(unit, &DAYS) {
                    self.weekday = Some((day, if count == 0 { 1 } else { count }));
                } else {
                    self.add(count as f64, unit)?;
                }
                return Some(&rest[1..]);
            }
            _ => {}
        }
        if is_date(word) {
            let mut numbers = word.split('-').map(str::parse::<i64>);
            let (year, month, day) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
            return self.date(year, month, day).map(|()| rest);
        }
        if word.contains('/') {
            let numbers: Vec<i64> = word.split('/').map(|n| n.parse().ok()).collect::<Option<_>>()?;
            return match numbers[..] {
                [year, month, day] if year > 31 => self.date(year, month, day).map(|()| rest),
                [month, day, year] => self.date(if year < 69 { year + 2000 } else if year < 100 { year + 1900 } else { year }, month, day).map(|()| rest),
                [month, day] => self.date(self.year, month, day).map(|()| rest),
                _ => None,
            };
        }
        if word.contains(':') {
            return self.time_of_day(word, rest);
        }
        if let Some(month) = named(word, &MONTHS) {
            let day = rest.first()?.parse::<i64>().ok()?;
            let year = rest.get(1).filter(|year| year.len() == 4).and_then(|year| year.parse::<i64>().ok());
            self.date(year.unwrap_or(self.year), month + 1, day)?;
            return Some(&rest[if year.is_some() { 2 } else { 1 }..]);
        }
        if let Some(day) = named(word, &DAYS) {
            self.weekday = Some((day, 0));
            return Some(rest);
        }
        // A number and its unit; a number alone is an hour, or a day before a month's name.
        let (count, rest) = match word {
            "+" | "-" => (rest.first()?.parse::<f64>().ok()? * if word == "-" { -1.0 } else { 1.0 }, &rest[1..]),
            "a" | "an" => (1.0, rest),
            word => match word.parse::<f64>() {
                Ok(count) => (count, rest),
                Err(_) => {
                    // A unit alone.
                    self.add(1.0, word)?;
                    return Some(rest);
                }
            },
        };
        let Some((unit, after)) = rest.split_first() else {
            return match word.len() {
                8 => self.date(word[..4].parse().ok()?, word[4..6].parse().ok()?, word[6..].parse().ok()?).map(|()| rest),
                1 | 2 if (0.0..24.0).contains(&count) => {
                    clock(self, count * 3600.0);
                    Some(rest)
                }
                _ => None,
            };
        };
        if matches!(unit.as_str(), "am" | "pm") {
            clock(self, (count % 12.0 + if unit == "pm" { 12.0 } else { 0.0 }) * 3600.0);
            return Some(after);
        }
        if let Some(month) = named(unit, &MONTHS) {
            let year = after.first().filter(|year| year.len() == 4).and_then(|year| year.parse::<i64>().ok());
            self.date(year.unwrap_or(self.year), month + 1, count as i64)?;
            return Some(&after[usize::from(year.is_some())..]);
        }
        let ago = after.first().is_some_and(|word| word == "ago");
        self.add(if ago { -count } else { count }, unit)?;
        Some(&after[usize::from(ago)..])
    }

    fn date(&mut self, year: i64, month: i64, day: i64) -> Option<()> {
        let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
        let fits = (1..=12).contains(&month) && day >= 1 && (1..9999).contains(&year) && day <= next - days(year, month, 1);
        (self.year, self.month, self.day, self.said_date) = (year, month, day, true);
        fits.then_some(())
    }

    /// `10:00`, `10:00:05.5`, and the zone or `pm` behind it.
    fn time_of_day<'w>(&mut self, word: &str, rest: &'w [String]) -> Option<&'w [String]> {
        let mut numbers = word.split(':');
        let (mut hour, minute) = (numbers.next()?.parse::<i64>().ok()?, numbers.next()?.parse::<i64>().ok()?);
        let second = numbers.next().map_or(Some(0.0), |second| second.parse::<f64>().ok())?;
        let mut rest = rest;
        if let Some(half) = rest.first().filter(|word| matches!(word.as_str(), "am" | "pm")) {
            hour = hour % 12 + if half == "pm" { 12 } else { 0 };
            rest = &rest[1..];
        }
        if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0.0..61.0).contains(&second) {
            return None;
        }
        (self.clock, self.said_clock) = ((hour * 3600 + minute * 60) as f64 + second, true);
        // A number with a sign behind a time is a zone, even where a unit follows.
        if let Some(zone) = rest.first().filter(|word| word.len() > 1 && word.starts_with(['+', '-'])) {
            let digits = zone[1..].replace(':', "");
            let number: i64 = digits.parse().ok()?;
            let (hours, minutes) = if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
            let seconds = hours * 3600 + minutes * 60;
            self.zone = if zone.starts_with('-') { -seconds } else { seconds };
            rest = &rest[1..];
        }
        Some(rest)
    }

    fn add(&mut self, count: f64, unit: &str) -> Option<()> {
        if count.abs() > 1e9 {
            return None;
        }
        match unit.strip_suffix('s').filter(|unit| unit.len() > 1).unwrap_or(unit) {
            "year" => self.months += count as i64 * 12,
            "month" => self.months += count as i64,
            "fortnight" => self.days += count as i64 * 14,
            "week" => self.days += count as i64 * 7,
            "day" => self.days += count as i64,
            "hour" => self.seconds += count * 3600.0,
            "minute" | "min" => self.seconds += count * 60.0,
            "second" | "sec" => self.seconds += count,
            _ => return None,
        }
        Some(())
    }

    fn time(&self) -> Option<Time> {
        let months = self.year * 12 + self.month - 1 + self.months;
        let mut day = days(months.div_euclid(12), months.rem_euclid(12) + 1, self.day) + self.days;
        if let Some((wanted, count)) = self.weekday {
            let ahead = (wanted - (day + 4)).rem_euclid(7);
            day += ahead + 7 * (count - i64::from(count > 0 && ahead > 0));
        }
        let clock = if self.said_clock || !(self.said_date || self.weekday.is_some()) { self.clock } else { 0.0 };
        let seconds = day as f64 * 86_400.0 + clock + self.seconds - self.zone as f64;
        (seconds.abs() < 2.5e11).then_some(Time((seconds * 1e6).round() as i64))
    }
}

/// The place of a name, or of its first three letters, in a list.
fn named(word: &str, names: &[&str]) -> Option<i64> {
    let word = word.trim_end_matches('.');
    let fits = |name: &&str| {
        let name = name.to_lowercase();
        name == word || word.len() >= 3 && word.len() <= 4 && name.starts_with(word)
    };
    names.iter().position(fits).map(|at| at as i64)
}

/// A text by a format of `strptime`; none if it is not like that.
pub(crate) fn by_format(text: &str, format: &str) -> Option<Time> {
    let (mut year, mut month, mut day, mut clock, mut zone) = (1900, 1, 1, 0, 0);
    let mut rest = text;
    let mut form = format.chars();
    let number = |rest: &mut &str, most: usize| -> Option<i64> {
        let trimmed = rest.trim_start();
        let end = trimmed.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let value = trimmed[..end].parse().ok()?;
        *rest = &trimmed[end..];
        Some(value)
    };
    while let Some(c) = form.next() {
        if c.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if c != '%' {
            rest = rest.strip_prefix(c)?;
            continue;
        }
        match form.next()? {
            'Y' => year = number(&mut rest, 4)?,
            'm' => month = number(&mut rest, 2)?,
            'd' | 'e' => day = number(&mut rest, 2)?,
            'H' => clock += number(&mut rest, 2)? * 3600,
            'M' => clock += number(&mut rest, 2)? * 60,
            'S' => clock += number(&mut rest, 2)?,
            's' => return Some(Time(number(&mut rest, 12)? * 1_000_000)),
            'T' => {
                for (unit, sign) in [(3600, ":"), (60, ":"), (1, "")] {
                    clock += number(&mut rest, 2)? * unit;
                    rest = rest.strip_prefix(sign)?;
                }
            }
            'F' => {
                year = number(&mut rest, 4)?;
                rest = rest.strip_prefix('-')?;
                month = number(&mut rest, 2)?;
                rest = rest.strip_prefix('-')?;
                day = number(&mut rest, 2)?;
            }
            letter @ ('a' | 'A' | 'b' | 'B' | 'h') => {
                let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                let word = rest[..end].to_lowercase();
                match letter {
                    'a' | 'A' => drop(named(&word, &DAYS)?),
                    _ => month = named(&word, &MONTHS)? + 1,
                }
                rest = &rest[end..];
            }
            'Z' => rest = rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
            'z' => {
                let (sign, digits) = match rest.strip_prefix('Z') {
                    Some(after) => {
                        rest = after;
                        continue;
                    }
                    None => (if rest.starts_with('-') { -1 } else { 1 }, rest.strip_prefix(['+', '-'])?),
                };
                rest = digits;
                let hours = number(&mut rest, 2)?;
                rest = rest.strip_prefix(':').unwrap_or(rest);
                zone = sign * (hours * 3600 + number(&mut rest, 2)? * 60);
            }
            '%' => rest = rest.strip_prefix('%')?,
            _ => return None,
        }
    }
    let fits = rest.is_empty() && (1..=12).contains(&month) && (1..=31).contains(&day) && clock < 90_000;
    fits.then(|| Time((days(year, month, day) * 86_400 + clock - zone) * 1_000_000))
}
