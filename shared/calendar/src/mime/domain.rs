//! A domain name in ASCII: what was typed in another script becomes its `xn--` form (RFC 5891, RFC 3492).

/// The longest domain name, and the longest label in one.
const MAX_DOMAIN_BYTES: usize = 253;
const MAX_LABEL_BYTES: usize = 63;

/// The domain in lower case and ASCII, or `None` for what is no host name.
pub(super) fn to_ascii(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        let domain = domain.to_ascii_lowercase();
        return (domain.len() <= MAX_DOMAIN_BYTES && domain.split('.').all(is_label)).then_some(domain);
    }
    let labels: Option<Vec<String>> = domain.split(['.', '\u{3002}']).map(label_to_ascii).collect();
    labels.map(|labels| labels.join(".")).filter(|domain| domain.len() <= MAX_DOMAIN_BYTES)
}

fn label_to_ascii(label: &str) -> Option<String> {
    let label = label.to_lowercase();
    let ascii = if label.is_ascii() { label } else { format!("xn--{}", punycode(&label)?) };
    is_label(&ascii).then_some(ascii)
}

fn is_label(ascii: &str) -> bool {
    let is_host = ascii.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let fits = (1..=MAX_LABEL_BYTES).contains(&ascii.len());
    is_host && fits && !ascii.starts_with('-') && !ascii.ends_with('-')
}

/// The encoding of RFC 3492 section 6.3, with its parameters for host names.
fn punycode(label: &str) -> Option<String> {
    const BASE: u32 = 36;
    const T_MIN: u32 = 1;
    const T_MAX: u32 = 26;

    let characters: Vec<u32> = label.chars().map(u32::from).collect();
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let (mut next, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    while (handled as usize) < characters.len() {
        let smallest = characters.iter().copied().filter(|character| *character >= next).min()?;
        delta = delta.checked_add((smallest - next).checked_mul(handled + 1)?)?;
        next = smallest;
        for character in characters.iter().copied() {
            if character < next {
                delta = delta.checked_add(1)?;
            }
            if character == next {
                let mut rest = delta;
                let mut position = BASE;
                loop {
                    let threshold = position.saturating_sub(bias).clamp(T_MIN, T_MAX);
                    if rest < threshold {
                        out.push(digit(rest));
                        break;
                    }
                    out.push(digit(threshold + (rest - threshold) % (BASE - threshold)));
                    rest = (rest - threshold) / (BASE - threshold);
                    position += BASE;
                }
                bias = adapted_bias(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        next = next.checked_add(1)?;
    }
    Some(out)
}

fn adapted_bias(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

fn digit(value: u32) -> char {
    char::from_digit(if value < 26 { value + 10 } else { value - 26 }, 36).unwrap_or('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(domain: &str, expected: Option<&str>) {
        assert_eq!(to_ascii(domain).as_deref(), expected, "{domain:?}");
    }

    #[test]
    fn other_scripts_have_an_ascii_form() {
        check("Example.ORG", Some("example.org"));
        check("bücher.example", Some("xn--bcher-kva.example"));
        check("BÜCHER.example", Some("xn--bcher-kva.example"));
        check("ουτοπία.δπθ.gr", Some("xn--kxae4bafwg.xn--pxaix.gr"));
        check("例え.テスト", Some("xn--r8jz45g.xn--zckzah"));
        check("他们为什么不说中文", Some("xn--ihqwcrb4cv8a8dqg056pqjye"));
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        for domain in ["", ".", "a.", ".a", "a b", "-a", "a-", "[192.0.2.1]", "a/b"] {
            check(domain, None);
        }
        let long = |octets: usize| "a.".repeat(octets / 2) + if octets % 2 == 1 { "a" } else { "" };
        check(&long(MAX_DOMAIN_BYTES), Some(&long(MAX_DOMAIN_BYTES)));
        check(&format!("a{}", long(MAX_DOMAIN_BYTES)), None);
        check(&"a".repeat(MAX_LABEL_BYTES), Some(&"a".repeat(MAX_LABEL_BYTES)));
        check(&"a".repeat(MAX_LABEL_BYTES + 1), None);
        check(&"ü".repeat(10_000), None);
    }
}
