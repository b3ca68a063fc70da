//! Moments of a session that can be returned to: while nothing runs, a session is a value.

use super::Session;
use crate::interp::Shell;
use api::Time;
use std::rc::Rc;

/// A moment of a session, exactly: several events may happen at one time, and what is typed comes between two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The virtual time.
    pub at: Time,
    /// How many events of the world had run at that time.
    pub events: u32,
}

/// A session that waits for a command while nothing else runs, as a value. Taking one and going on from it costs little:
/// all that is large is shared with the session.
pub struct Keyframe {
    /// With a kernel of its own, in which nothing runs.
    shell: Shell,
    ran: u32,
}

impl Session {
    /// The present moment.
    pub fn moment(&self) -> Moment {
        Moment { at: self.now(), events: self.ran }
    }

    /// The session as a value; none while a command or a job runs. What was not drained is not in it.
    pub fn keyframe(&self) -> Option<Keyframe> {
        let rest = self.rest.borrow();
        let kernel = Rc::new(self.kernel.at_rest()?);
        Some(Keyframe { shell: rest.as_ref()?.moved_to(&kernel), ran: self.ran })
    }

    /// A session that goes on from a keyframe.
    pub fn resume(keyframe: &Keyframe) -> Option<Session> {
        let kernel = Rc::new(keyframe.shell.kernel.copy()?);
        let shell = keyframe.shell.moved_to(&kernel);
        Some(Session::at(kernel, Some(shell), keyframe.ran))
    }

    /// Goes on until a moment; false if `keep_going`, asked between events, said no before.
    pub fn reach(&mut self, moment: Moment, keep_going: &mut dyn FnMut() -> bool) -> bool {
        loop {
            let due = |session: &Session| session.kernel.system().next_at().is_some_and(|at| at <= moment.at);
            let more = self.now() < moment.at || self.now() == moment.at && self.ran < moment.events && due(self);
            if !more {
                return true;
            }
            if !keep_going() {
                return false;
            }
            self.step(moment.at);
        }
    }
}
