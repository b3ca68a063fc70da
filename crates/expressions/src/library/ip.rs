//! `ip('10.0.0.1')` and `cidr('10.0.0.0/8')` (library/ip.go, library/cidr.go).

use super::{Function, Outcome, expect, failure, made, no_overload, of, text};
use cel::objects::Opaque;
use cel::{ExecutionError, Value};
use std::net::IpAddr;

#[derive(Debug, PartialEq, Eq)]
struct Ip(IpAddr);

/// An address and how many of its bits name the network.
#[derive(Debug, PartialEq, Eq)]
struct Cidr(IpAddr, u32);

impl Opaque for Ip {
    fn runtime_type_name(&self) -> &str {
        "net.IP"
    }
}

impl Opaque for Cidr {
    fn runtime_type_name(&self) -> &str {
        "net.CIDR"
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("ip", |this, _| match of::<Cidr>(this) {
        Some(Cidr(address, _)) => made(Ip(*address)),
        None => made(Ip(address(text(this)?)?)),
    }),
    ("isIP", |this, _| Ok(Value::Bool(address(text(this)?).is_ok()))),
    ("ip.isCanonical", |this, _| {
        let given = text(this)?;
        Ok(Value::Bool(address(given)?.to_string() == given))
    }),
    ("family", |this, _| Ok(Value::Int(if expect::<Ip>(this)?.0.is_ipv4() { 4 } else { 6 }))),
    ("isUnspecified", |this, _| Ok(Value::Bool(expect::<Ip>(this)?.0.is_unspecified()))),
    ("isLoopback", |this, _| Ok(Value::Bool(expect::<Ip>(this)?.0.is_loopback()))),
    ("isLinkLocalMulticast", |this, _| Ok(Value::Bool(is_link_local_multicast(expect::<Ip>(this)?.0)))),
    ("isLinkLocalUnicast", |this, _| Ok(Value::Bool(is_link_local_unicast(expect::<Ip>(this)?.0)))),
    ("isGlobalUnicast", |this, _| {
        let address = expect::<Ip>(this)?.0;
        let everybody = matches!(address, IpAddr::V4(address) if address.is_broadcast());
        let special = address.is_unspecified() || address.is_loopback() || address.is_multicast();
        Ok(Value::Bool(!everybody && !special && !is_link_local_unicast(address)))
    }),
    ("cidr", |this, _| network(text(this)?).and_then(made)),
    ("isCIDR", |this, _| Ok(Value::Bool(network(text(this)?).is_ok()))),
    ("containsIP", |this, args| {
        let other = match args {
            [Value::String(text)] => address(text)?,
            [other] => expect::<Ip>(other)?.0,
            _ => return Err(no_overload()),
        };
        contains(expect(this)?, &Cidr(other, width(other)))
    }),
    ("containsCIDR", |this, args| match args {
        [Value::String(text)] => contains(expect(this)?, &network(text)?),
        [other] => contains(expect(this)?, expect(other)?),
        _ => Err(no_overload()),
    }),
    ("masked", |this, _| {
        let Cidr(address, bits) = expect(this)?;
        made(Cidr(masked(*address, *bits), *bits))
    }),
    ("prefixLength", |this, _| Ok(Value::Int(expect::<Cidr>(this)?.1.into()))),
];

/// An address or a network as text; none for another value.
pub(super) fn shown(value: &Value) -> Option<String> {
    match (of::<Ip>(value), of::<Cidr>(value)) {
        (Some(Ip(address)), _) => Some(address.to_string()),
        (_, Some(Cidr(address, bits))) => Some(format!("{address}/{bits}")),
        _ => None,
    }
}

/// Addresses with zones, and those of IPv4 that are written as of IPv6, are none here.
fn address(given: &str) -> Result<IpAddr, ExecutionError> {
    if given.contains('%') {
        return Err(failure(format!("IP address {given:?} with zone value is not allowed")));
    }
    match given.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => {
            Err(failure(format!("IPv4-mapped IPv6 address {given:?} is not allowed")))
        }
        Ok(address) => Ok(address),
        Err(_) => Err(failure(format!(
            "IP Address {given:?} parse error during conversion from string: ParseAddr({given:?}): unable to parse IP"
        ))),
    }
}

fn network(given: &str) -> Result<Cidr, ExecutionError> {
    let wrong = |why: &str| {
        failure(format!(
            "network address parse error during conversion from string: netip.ParsePrefix({given:?}): {why}"
        ))
    };
    let (before, bits) = given.split_once('/').ok_or_else(|| wrong("no '/'"))?;
    let address = address(before).map_err(|_| wrong(&format!("ParseAddr({before:?}): unable to parse IP")))?;
    let plain = bits == "0" || !bits.starts_with('0') && bits.bytes().all(|byte| byte.is_ascii_digit());
    let number =
        bits.parse::<u32>().ok().filter(|_| plain).ok_or_else(|| wrong(&format!("bad bits after slash: {bits:?}")))?;
    if number > width(address) {
        return Err(wrong("prefix length out of range"));
    }
    Ok(Cidr(address, number))
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn masked(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or_default();
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or_default();
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

fn contains(outer: &Cidr, inner: &Cidr) -> Outcome {
    let same = width(outer.0) == width(inner.0) && inner.1 >= outer.1;
    Ok(Value::Bool(same && masked(inner.0, outer.1) == masked(outer.0, outer.1)))
}

fn is_link_local_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

fn is_link_local_multicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.octets()[..3] == [224, 0, 0],
        IpAddr::V6(address) => address.segments()[0] & 0xff0f == 0xff02,
    }
}
