//! The Jobs that a CronJob has made: which of them run, and which are kept when they are over.

use super::Sync;
use crate::gone_is_fine;
use api::{Status, Str, Value, kind};
use apiserver::{DeleteOptions, EventSpec, Propagation};

impl Sync<'_, '_> {
    /// Deletes the oldest of the Jobs that are over: so many may stay.
    pub fn forget_oldest(&mut self) -> Result<(), Status> {
        for (how, limit) in [("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")] {
            let Some(limit) = self.cron_job["spec"][limit].as_int() else { continue };
            let ended = self.jobs.iter().filter(|job| Sync::finished(job) == Some(how));
            let mut ended: Vec<(Str, Str)> =
                ended.map(|job| (job["status"]["startTime"].to_str(), name(job))).collect();
            api::sort(&mut ended);
            for (_, job) in ended.iter().take(ended.len().saturating_sub(limit.max(0) as usize)) {
                self.delete_job(job)?;
                self.jobs.retain(|other| other.name() != job);
            }
        }
        Ok(())
    }

    /// Deletes a Job with its Pods.
    pub fn delete_job(&mut self, name: &str) -> Result<(), Status> {
        let namespace = self.cron_job["metadata"]["namespace"].to_str();
        let options = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
        match gone_is_fine(self.cx.client.delete(kind::JOB, &namespace, name, options)) {
            Ok(()) => {
                self.set_inactive(&|active| active["name"].str() == name);
                self.say(EventSpec::normal("SuccessfulDelete", format!("Deleted job {name}")));
                Ok(())
            }
            Err(status) => {
                self.say(EventSpec::warning("FailedDelete", format!("Deleted job: {status}")));
                Err(status)
            }
        }
    }

    fn set_inactive(&mut self, ended: &dyn Fn(&Value) -> bool) {
        if self.cron_job["status"]["active"].array().iter().any(ended) {
            self.cron_job.at_mut("status.active").array_mut().retain(|active| !ended(active));
            if self.cron_job["status"]["active"].is_empty() {
                self.cron_job.remove("status.active");
            }
        }
    }

    /// Brings the list of Jobs that run up to date, and says what has changed.
    pub fn note_jobs(&mut self) {
        for job in self.jobs.clone() {
            let is_same = |active: &Value| active["uid"].str() == job.uid();
            let listed = self.cron_job["status"]["active"].array().iter().any(is_same);
            match Sync::finished(&job) {
                None if !listed => {
                    let message = format!("Saw a job that the controller did not create or forgot: {}", job.name());
                    self.say(EventSpec::warning("UnexpectedJob", message));
                }
                Some(how) if listed => {
                    self.set_inactive(&is_same);
                    let message = format!("Saw completed job: {}, condition: {how}", job.name());
                    self.say(EventSpec::normal("SawCompletedJob", message));
                }
                Some("Complete") => self.note_success(&job),
                _ => {}
            }
        }
        for active in self.cron_job["status"]["active"].array().to_vec() {
            let uid = active["uid"].str();
            if !self.jobs.iter().any(|job| job.uid() == uid) {
                self.set_inactive(&|other| other["uid"].str() == uid);
                let message = format!("Active job went missing: {}", active["name"].str());
                self.say(EventSpec::normal("MissingJob", message));
            }
        }
    }

    fn note_success(&mut self, job: &Value) {
        let (last, at) = (&self.cron_job["status"]["lastSuccessfulTime"], &job["status"]["completionTime"]);
        if at.time() > last.time() {
            let at = at.clone();
            self.cron_job.set("status.lastSuccessfulTime", at);
        }
    }
}

fn name(job: &Value) -> Str {
    job["metadata"]["name"].to_str()
}
