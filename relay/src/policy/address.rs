//! What kind of network an address belongs to; only public ones are connected to (RFC 6890 and the IANA registries).
//!
//! A name of the public DNS may point anywhere, also at the relay's own machine. Every address a name resolves to is
//! judged here, and the connection goes to the address that was judged.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// The public Internet.
    Public,
    /// No address: `0.0.0.0/8`, `::`.
    Unspecified,
    /// This machine.
    Loopback,
    /// A private network (RFC 1918, RFC 4193, RFC 3879).
    Private,
    /// A provider's internal network (RFC 6598).
    CarrierGrade,
    /// This link (RFC 3927, RFC 4291).
    LinkLocal,
    /// Many machines.
    Multicast,
    /// Everybody on a network.
    Broadcast,
    /// Examples in documents (RFC 5737, RFC 3849, RFC 9637).
    Documentation,
    /// Measurements (RFC 2544, RFC 5180).
    Benchmarking,
    /// An IPv4 address in IPv6 clothes, which may lead to any of the above: mapped, compatible, NAT64, 6to4, Teredo.
    Translated,
    /// Kept for protocols or for later.
    Reserved,
}

impl AddressKind {
    /// The kind of an address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::CarrierGrade => "carrier-grade private",
            Self::LinkLocal => "link-local",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::Translated => "translated",
            Self::Reserved => "reserved",
        })
    }
}

fn of_v4(address: Ipv4Addr) -> AddressKind {
    match address.octets() {
        [255, 255, 255, 255] => AddressKind::Broadcast,
        [0, ..] => AddressKind::Unspecified,
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressKind::Private,
        [100, 64..=127, ..] => AddressKind::CarrierGrade,
        [169, 254, ..] => AddressKind::LinkLocal,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressKind::Documentation,
        [198, 18..=19, ..] => AddressKind::Benchmarking,
        [192, 88, 99, _] => AddressKind::Translated,
        [192, 0, 0, _] | [240..=255, ..] => AddressKind::Reserved,
        [224..=239, ..] => AddressKind::Multicast,
        _ => AddressKind::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> AddressKind {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        // Compatible and mapped addresses, their translated kin, and both prefixes of NAT64 (RFC 6052, RFC 8215).
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] => AddressKind::Translated,
        [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..] => AddressKind::Translated,
        // 6to4 (RFC 3056) and Teredo (RFC 4380).
        [0x2002, ..] | [0x2001, 0, ..] => AddressKind::Translated,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressKind::Documentation,
        [0x2001, 2, 0, ..] => AddressKind::Benchmarking,
        [0x2001, 0..=0x1ff, ..] => AddressKind::Reserved,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => AddressKind::Private,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        // Nothing else has been given out to the public Internet.
        _ => AddressKind::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: AddressKind, addresses: &[&str]) {
        for address in addresses {
            assert_eq!(AddressKind::of(address.parse().unwrap()), kind, "{address}");
        }
    }

    #[test]
    fn public_addresses_are_public() {
        check(
            AddressKind::Public,
            &[
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.0.3.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2001:200::1",
                "2606:4700::1111",
                "2a01:4f8::1",
                "2003::1",
                "3ffe::1",
            ],
        );
    }

    #[test]
    fn every_other_network_is_told_apart_at_its_edges() {
        check(AddressKind::Unspecified, &["0.0.0.0", "0.255.255.255", "::"]);
        check(AddressKind::Loopback, &["127.0.0.1", "127.255.255.255", "::1"]);
        check(AddressKind::Private, &["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.1"]);
        check(AddressKind::Private, &["fc00::1", "fdff:ffff::1", "fec0::1", "feff::1"]);
        check(AddressKind::CarrierGrade, &["100.64.0.0", "100.127.255.255"]);
        check(AddressKind::LinkLocal, &["169.254.0.0", "169.254.169.254", "fe80::1", "febf::1"]);
        check(AddressKind::Multicast, &["224.0.0.1", "239.255.255.255", "ff00::1", "ff02::1"]);
        check(AddressKind::Broadcast, &["255.255.255.255"]);
        check(AddressKind::Documentation, &["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff:fff::1"]);
        check(AddressKind::Benchmarking, &["198.18.0.0", "198.19.255.255", "2001:2::1"]);
        check(AddressKind::Reserved, &["192.0.0.1", "240.0.0.1", "255.255.255.254", "100::1", "2001:20::1", "4000::1"]);
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_never_public() {
        check(
            AddressKind::Translated,
            &[
                "::ffff:127.0.0.1",
                "::ffff:8.8.8.8",
                "::127.0.0.1",
                "::ffff:0:10.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::808:808",
                "64:ff9b:1::1",
                "2002:7f00:1::1",
                "2001::1",
                "192.88.99.1",
            ],
        );
    }
}
