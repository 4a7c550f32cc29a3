//! One mail per guest: written once, shown, and sent as it was shown.

use std::borrow::Cow;

use calendar::check::GlossReader;
use calendar::ical::{Address, Document, Property};
use calendar::invite::{self, Composed, Occasion};
use calendar::itip::{Outgoing, Reason};
use calendar::mime::{BuiltIn, MailAddress, Mailbox, Message, TransferEncoding};
use intent::{CodeText, Form, Letter, LetterKind, MailPart};

use super::Writer;
use super::inspect::kind_of;
use super::plan::PlannedLetter;
use crate::view::{add_glosses, calendar_code, mail_code, mark_particular};

/// A letter as it is shown and as it is sent.
pub(super) struct Written {
    pub(super) letter: Letter,
    pub(super) planned: PlannedLetter,
}

/// Writes every letter of a send, in the order in which they leave.
///
/// # Errors
/// If one of them cannot be written as mail.
pub(super) fn write_letters(outgoing: &[Outgoing], form: &Form, writer: &Writer) -> Result<Vec<Written>, ()> {
    let from = MailAddress::parse(&writer.address).map_err(|_| ())?;
    let from = Mailbox::new(&writer.name, from);
    let mut written = Vec::new();
    for message in outgoing {
        let document = with_note(message, form);
        for guest in &message.to {
            let message_id = writer.message_id(written.len());
            let composed = compose(&from, guest, &document, message.reason, &message_id, writer).ok_or(())?;
            written.push(letter(composed.bytes, guest, message.reason, message_id, form, writer));
        }
    }
    for kind in [LetterKind::Invitation, LetterKind::Update, LetterKind::Cancellation] {
        let mut alike: Vec<&mut CodeText> =
            written.iter_mut().filter(|it| it.letter.kind == kind).map(|it| &mut it.letter.calendar).collect();
        mark_particular(&mut alike);
    }
    Ok(written)
}

/// The message with the person's word to the guests (COMMENT, RFC 5546 section 3.2.5).
fn with_note(message: &Outgoing, form: &Form) -> Document {
    let mut document = Document::read(&message.message.write()).unwrap_or_default();
    let note = form.note.trim();
    if note.is_empty() {
        return document;
    }
    let components = document.calendars_mut().flat_map(|calendar| calendar.components_mut());
    for event in components.filter(|component| component.is("VEVENT")) {
        event.set(Property::new_text("COMMENT", note));
    }
    document
}

fn compose(
    from: &Mailbox,
    guest: &Address,
    message: &Document,
    reason: Reason,
    message_id: &str,
    writer: &Writer,
) -> Option<Composed> {
    let to = [MailAddress::parse(guest.as_str()).ok()?];
    invite::compose(&invite::Outgoing {
        from,
        to: &to,
        message,
        now: writer.now,
        message_id,
        boundary_seed: message_id,
        zone: &writer.zone,
        occasion: Some(occasion_of(reason)),
        in_reply_to: None,
        is_automatic: false,
    })
    .ok()
}

fn occasion_of(reason: Reason) -> Occasion {
    match reason {
        Reason::New => Occasion::Invitation,
        Reason::Rescheduled | Reason::Updated | Reason::Refresh => Occasion::Update,
        Reason::Removed => Occasion::Removal,
        Reason::Cancelled => Occasion::Cancellation,
        Reason::OccurrenceCancelled => Occasion::DatesCancelled,
        Reason::Answer => Occasion::Answers,
        Reason::Counter => Occasion::Counter,
        Reason::CounterDeclined => Occasion::CounterDeclined,
    }
}

fn letter(
    bytes: Vec<u8>,
    guest: &Address,
    reason: Reason,
    message_id: String,
    form: &Form,
    writer: &Writer,
) -> Written {
    let in_form = form.guests.iter().find(|it| Address::new(&it.address) == *guest);
    let name = in_form.map(|it| it.name.clone()).unwrap_or_default();
    let mut letter = sent_letter(&bytes, kind_of(reason), &name, guest.as_str());
    letter.optional = in_form.is_some_and(|it| it.optional);
    annotate(&mut letter.calendar, Some(guest), writer);
    let recipient = guest.as_str().to_owned();
    let planned = PlannedLetter { recipient, name, kind: letter.kind, message_id, bytes };
    Written { letter, planned }
}

/// Writes the notes into the margin of a calendar file.
pub(super) fn annotate(code: &mut CodeText, guest: Option<&Address>, writer: &Writer) {
    let me = writer.addresses();
    add_glosses(code, &GlossReader { me: &me, guest, now: writer.now, zone: &writer.zone });
}

/// A mail of ours as the page shows it, read from its bytes alone: what is shown cannot differ from what is sent.
pub fn sent_letter(bytes: &[u8], kind: LetterKind, name: &str, address: &str) -> Letter {
    let mut letter = Letter {
        kind,
        name: name.to_owned(),
        address: address.to_owned(),
        optional: false,
        subject: String::new(),
        text: String::new(),
        parts: Vec::new(),
        calendar: CodeText::default(),
        raw: mail_code(bytes),
    };
    let Ok(message) = Message::read(bytes) else { return letter };
    letter.subject = message.headers().text(bytes, "Subject").unwrap_or_default();
    letter.parts = parts_of(&message, bytes);
    for part in message.parts() {
        match part.media_type() {
            "text/plain" if letter.text.is_empty() => letter.text = part.text(bytes, &BuiltIn).text.into_owned(),
            "text/calendar" => letter.calendar = calendar_code(&part.decoded(bytes)),
            _ => {}
        }
    }
    letter
}

/// The tree of parts, each with its bytes within the mail.
fn parts_of(message: &Message<'_>, bytes: &[u8]) -> Vec<MailPart> {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    message
        .parts()
        .iter()
        .map(|part| MailPart {
            depth: u8::try_from(part.depth).unwrap_or(u8::MAX),
            content_type: part
                .headers
                .raw(bytes, "Content-Type")
                .map_or_else(|| part.media_type().to_owned(), Cow::into_owned),
            encoding: match part.encoding {
                _ if part.is_multipart() => String::new(),
                TransferEncoding::Base64 => "base64".to_owned(),
                TransferEncoding::QuotedPrintable => "quoted-printable".to_owned(),
                TransferEncoding::Identity | TransferEncoding::Unknown => "as it stands".to_owned(),
            },
            start: offset(part.body.start),
            end: offset(part.body.end),
            gloss: gloss_of(part.media_type()).to_owned(),
        })
        .collect()
}

/// What a part of our mails is for.
fn gloss_of(media_type: &str) -> &'static str {
    match media_type {
        "multipart/mixed" => "The letter, and the file beside it.",
        "multipart/alternative" => "Three forms of the same news: the reader shows the best it understands.",
        "text/plain" => "The event in words, for every mail program.",
        "text/html" => "The same words with a little form. Nothing in it is loaded from anywhere.",
        "text/calendar" => "What makes the answer buttons: the calendar file, with its method.",
        "application/ics" => "The same bytes as a file, for programs that look for one.",
        _ => "",
    }
}
