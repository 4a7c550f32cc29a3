//! Reading mail: calendars, senders, reports, the outline of the parts, the linter, and a pasted list of guests.
#![no_main]

use calendar::check::check_mail;
use calendar::invite::{Reader, outline, read_mail};
use calendar::mime::{MailAddress, read_mailboxes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let me = [MailAddress::parse("ann@own.example").expect("an address")];
    let _ = read_mail(bytes, &Reader::of(&me));
    let _ = check_mail(bytes);
    for part in outline(bytes).into_iter().flatten() {
        assert!(bytes.get(part.range).is_some() && bytes.get(part.body).is_some(), "a part lies in the mail");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        for mailbox in read_mailboxes(text).mailboxes {
            let again = read_mailboxes(&mailbox.to_string());
            assert_eq!(again.mailboxes.len(), 1, "what we write is one mailbox: {mailbox}");
        }
    }
});
