//! Why a write is made: who makes it, and what made him look. Every entry of the store's log has it, so that "why?" can be
//! answered from a Pod back to the command that was typed.
//!
//! It is kept beside the objects and seen by nobody who decides anything.

use crate::request::{Request, Verb};
use api::{Str, Time};

/// Where a chain of causes goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Root {
    /// The cluster's own beginning.
    #[default]
    Start,
    /// Somebody outside, who says no more of himself than his requests do.
    Outside,
    /// The write of an object: the place of its kind, and the revision.
    Write(usize, u64),
    /// A command that was typed, by its number.
    Command(usize),
    /// What was done to a machine or a process without a write, by its number.
    Act(usize),
}

/// What was waited for between a cause and what it led to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: it is the next thing to happen.
    #[default]
    Nothing,
    /// The next attempt after an error.
    Retry,
    /// A back-off: a container that crashed, an image that cannot be pulled.
    BackOff,
    /// A probe's next turn.
    Probe,
    /// The grace period of what is to end.
    Grace,
    /// The end of a toleration (`tolerationSeconds`).
    Toleration,
    /// A CronJob's next time.
    Schedule,
    /// The next of looks that come at fixed intervals.
    Period,
    /// A sign of life that does not come (`node-monitor-grace-period`).
    Silence,
    /// A deadline: `activeDeadlineSeconds`, `progressDeadlineSeconds`.
    Deadline,
    /// The end of a container's main process, and the kubelet's next look at its containers.
    Exit,
    /// The end of something's time to live.
    Expiry,
    /// Something that has to stay as it is for a while: `minReadySeconds`.
    Settle,
    /// An image that is being pulled.
    Pull,
    /// A sandbox or a container that is being started.
    Launch,
}

/// What made somebody look at what he then wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// What happened.
    pub root: Root,
    /// What was waited for since.
    pub wait: Wait,
    /// When the waiting began.
    pub since: Time,
    /// Whether it changed what is wanted (an object came, went, or has another spec), rather than what is.
    pub decisive: bool,
}

impl Cause {
    /// The cause that something was done, by a person or by time itself.
    pub fn new(root: Root) -> Cause {
        Cause { root, decisive: true, ..Cause::default() }
    }

    /// The same, as what it leads to later without anything new happening.
    pub fn later(self, wait: Wait, since: Time) -> Cause {
        let (wait, since) = if wait == Wait::Nothing { (self.wait, self.since) } else { (wait, since) };
        Cause { root: self.root, wait, since, decisive: false }
    }

    /// Of two things that make somebody look once, the one that tells more: the newer one, unless only the older one changed
    /// what is wanted.
    pub fn over(self, older: Cause) -> Cause {
        if self.decisive || !older.decisive { self } else { older }
    }
}

/// Who makes a write, how, and why.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The user, such as `kubernetes-admin`; of a component its name, such as `deployment-controller`.
    pub user: Str,
    /// The program, such as `kubectl` or `kube-controller-manager`.
    pub program: Str,
    /// The request's verb; none for what the server does on its own.
    pub verb: Option<Verb>,
    /// The request's subresource.
    pub subresource: Str,
    /// What made him look.
    pub cause: Cause,
    /// Counts the looks: the writes of one look have the same number.
    pub look: u64,
}

impl Origin {
    /// Somebody begins to look at something.
    pub(crate) fn begin(&mut self, cause: Cause) {
        self.cause = cause;
        self.look += 1;
    }

    /// He sends a request.
    pub(crate) fn ask(&mut self, request: &Request) {
        if matches!(request.verb, Verb::Get | Verb::List | Verb::Watch) {
            return;
        }
        self.user.clone_from(&request.user.name);
        self.program.clone_from(&request.options.user_agent);
        self.verb = Some(request.verb);
        self.subresource.clone_from(&request.subresource);
    }

    /// He says something in an event.
    pub(crate) fn say(&mut self, component: &Str) {
        self.user.clone_from(component);
        self.program = Str::default();
        self.verb = None;
        self.subresource = Str::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_tells_more_than_what_is() {
        let (wanted, is) = (Cause::new(Root::Command(1)), Cause { root: Root::Write(0, 7), ..Cause::default() });
        assert_eq!(is.over(wanted), wanted);
        assert_eq!(wanted.over(is), wanted);
        let newer = Cause { root: Root::Write(0, 8), ..is };
        assert_eq!(newer.over(is), newer);
        assert_eq!(Cause::new(Root::Command(2)).over(wanted).root, Root::Command(2));
    }

    #[test]
    fn what_comes_later_gives_way() {
        let later = Cause::new(Root::Command(1)).later(Wait::Probe, Time(5));
        assert!(!later.decisive);
        assert_eq!((later.wait, later.since), (Wait::Probe, Time(5)));
        let still = later.later(Wait::Nothing, Time(9));
        assert_eq!((still.wait, still.since), (Wait::Probe, Time(5)));
    }
}
