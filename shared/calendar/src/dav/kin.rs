//! Whether two hosts plainly belong to the same people, so that a password for one may be shown to the other.
//!
//! Large providers spread one account over several hosts. Without a list of public suffixes the answer errs towards no.

/// Whether `theirs` is `ours`, one lies below the other, or both lie below one name that is nobody's registry.
pub(super) fn is_kin(ours: &str, theirs: &str) -> bool {
    let is_below = |host: &str, parent: &str| {
        host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')) && parent.contains('.')
    };
    let parent = |host: &str| host.split_once('.').map(|(_, parent)| parent.to_owned());
    let shared = parent(ours).filter(|shared| parent(theirs).as_ref() == Some(shared));
    ours == theirs
        || is_below(theirs, ours)
        || is_below(ours, theirs) && !is_registry(theirs)
        || shared.is_some_and(|shared| !is_registry(&shared))
}

/// Whether strangers register names directly below this one, such as `com`, `co.uk` and `com.au`; or it is part of a
/// numeric address.
fn is_registry(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    match labels.as_slice() {
        [] | [_] => true,
        [second, top] => top.len() == 2 && second.len() <= 3 || top.bytes().all(|byte| byte.is_ascii_digit()),
        [.., top] => top.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ours: &str, theirs: &str, expected: bool) {
        assert_eq!(is_kin(ours, theirs), expected, "{ours} {theirs}");
    }

    #[test]
    fn kin_are_hosts_of_one_owner() {
        check("caldav.icloud.com", "p42-caldav.icloud.com", true);
        check("a.example", "dav.a.example", true);
        check("dav.a.example", "a.example", true);
        check("dav.a.co.uk", "cal.a.co.uk", true);
    }

    #[test]
    fn neighbours_in_a_registry_are_strangers() {
        check("a.co.uk", "evil.co.uk", false);
        check("a.example", "b.example", false);
        check("a.co.uk", "co.uk", false);
        check("10.0.0.1", "11.0.0.1", false);
        check("localhost", "evil.localhost", false);
        check("a.example", "nota.example", false);
    }
}
