//! The events and mails that are measured with: an invitation as it is stored, a guest's answer to it, and other mail.

/// Whose calendar and mailbox it is.
pub(crate) const OWNER: &str = "ann@sandbox.test";

/// The calendar of the sandbox that events are stored in.
pub(crate) const CALENDAR: &str = "work";

/// The guest of event `number`.
pub(crate) fn guest(number: usize) -> String {
    format!("guest{number}@guests.example")
}

/// An event in 2030 with one guest who has not answered.
pub(crate) fn event(number: usize, title: &str) -> String {
    let (day, hour) = (1 + number % 28, 8 + number / 28 % 10);
    let month = 1 + number / 280 % 12;
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Budgets//EN\r\nBEGIN:VEVENT\r\nUID:{number}@budgets.example\r\n\
         DTSTAMP:20261101T000000Z\r\nSEQUENCE:0\r\nDTSTART:2030{month:02}{day:02}T{hour:02}0000Z\r\nDURATION:PT30M\r\n\
         SUMMARY:{title}\r\nDESCRIPTION:What there is to say about number {number}\\, in one sentence.\r\n\
         ORGANIZER:mailto:{OWNER}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{OWNER}\r\n\
         ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{guest}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        guest = guest(number)
    )
}

/// The answer of its guest, as a mail program writes it.
pub(crate) fn answer(number: usize, title: &str) -> String {
    let guest = guest(number);
    format!(
        "From: Guest <{guest}>\r\nTo: {OWNER}\r\nSubject: Accepted: {title}\r\n\
         Message-ID: <answer-{number}@guests.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=cut\r\n\r\n--cut\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
         Guest has accepted this invitation.\r\n--cut\r\n\
         Content-Type: text/calendar; charset=utf-8; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\n\
         PRODID:-//Guest//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{number}@budgets.example\r\nSEQUENCE:0\r\n\
         DTSTAMP:20261122T100000Z\r\nDTSTART:20300101T080000Z\r\nSUMMARY:{title}\r\nORGANIZER:mailto:{OWNER}\r\n\
         ATTENDEE;PARTSTAT=ACCEPTED:mailto:{guest}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--cut--\r\n"
    )
}

/// A mail that has nothing to do with calendars: every fifth with a picture, the others words alone.
pub(crate) fn other_mail(number: usize) -> String {
    let head = format!(
        "From: Shop <news@shop.example>\r\nTo: {OWNER}\r\nSubject: News number {number}\r\n\
         Message-ID: <news-{number}@shop.example>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    );
    if number.is_multiple_of(5) {
        format!(
            "{head}Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\nContent-Type: text/html\r\n\r\n<p>News</p>\r\n\
             --cut\r\nContent-Type: image/png; name=news.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
             --cut--\r\n"
        )
    } else {
        format!("{head}Content-Type: text/plain; charset=utf-8\r\n\r\nThere is news.\r\n")
    }
}
