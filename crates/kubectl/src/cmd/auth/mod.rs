//! `kubectl auth`: who one is, what one may do, and RBAC objects merged with those that are there.

mod can_i;
mod reconcile;
mod whoami;

use super::BASE;
use crate::command::Command;

pub(crate) static AUTH: Command =
    Command { name: "auth", subcommands: &[&can_i::CAN_I, &reconcile::RECONCILE, &whoami::WHO_AM_I], ..BASE };
