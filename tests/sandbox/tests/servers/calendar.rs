//! Calendars of the sandbox over HTTP.

use sandbox::fault::{Act, Fault, Step};
use sandbox::limit;
use sandbox::provider::{Calendar, Quirks};

use crate::people::{ANN, BOB, People, Reply};

const HOME: &str = "/dav/calendars/ann@sandbox.test/";

fn event(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20261101T000000Z\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

async fn people() -> People {
    let people = People::start().await;
    let provider = people.sandbox.provider();
    let work = Calendar::new(provider.next_number(), "Work & play", Some("#2a9d8fff"));
    provider.update(ANN, |account| account.create_calendar("work", work)).unwrap().unwrap();
    people
}

async fn put(people: &People, name: &str, body: &str, headers: &[&str]) -> Reply {
    let headers = [&["Content-Type: text/calendar; charset=utf-8"], headers].concat();
    people.dav(ANN, &format!("PUT {HOME}work/{name}"), &headers, body).await.unwrap()
}

async fn report(people: &People, body: &str) -> Reply {
    people.dav(ANN, &format!("REPORT {HOME}work/"), &["Depth: 1"], body).await.unwrap()
}

fn hrefs(reply: &Reply) -> Vec<&str> {
    let parts = reply.body.split("<D:href>").skip(1);
    parts.filter_map(|part| part.split_once("</D:href>")).map(|(href, _)| href.trim_start_matches(HOME)).collect()
}

#[tokio::test]
async fn a_client_finds_its_way_from_the_well_known_address_to_the_calendars() {
    let people = people().await;
    let reply = people.dav_raw("GET /.well-known/caldav", &[], "").await.unwrap();
    assert_eq!((reply.status, reply.header("location")), (301, Some("/dav/")));
    let ask = |path: &str, depth: &str, prop: &str| {
        let body =
            format!("<propfind xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><prop>{prop}</prop></propfind>");
        let (request, depth) = (format!("PROPFIND {path}"), format!("Depth: {depth}"));
        let people = &people;
        async move { people.dav(ANN, &request, &[&depth], &body).await.unwrap() }
    };
    let reply = ask("/dav/", "0", "<current-user-principal/>").await;
    assert_eq!(reply.status, 207);
    assert!(reply.body.contains("<D:current-user-principal><D:href>/dav/principals/ann@sandbox.test/</D:href>"));
    let reply =
        ask("/dav/principals/ann@sandbox.test/", "0", "<C:calendar-home-set/><C:calendar-user-address-set/>").await;
    assert!(reply.body.contains(&format!("<C:calendar-home-set><D:href>{HOME}</D:href>")), "{}", reply.body);
    assert!(reply.body.contains("<D:href>mailto:ann@sandbox.test</D:href>"));
    let props = "<resourcetype/><displayname/><sync-token/><supported-report-set/><nonsense xmlns='urn:x'/>\
                 <calendar-color xmlns='http://apple.com/ns/ical/'/><getctag xmlns='http://calendarserver.org/ns/'/>";
    let reply = ask(HOME, "1", props).await;
    assert_eq!(hrefs(&reply), ["", "work/"]);
    for expected in [
        "<D:collection/><C:calendar/>",
        "<D:displayname>Work &amp; play</D:displayname>",
        "<A:calendar-color>#2a9d8fff</A:calendar-color>",
        "<D:sync-collection/>",
        "<X:nonsense xmlns:X=\"urn:x\"/></D:prop><D:status>HTTP/1.1 404 Not Found",
    ] {
        assert!(reply.body.contains(expected), "{expected} is missing in {}", reply.body);
    }
}

#[tokio::test]
async fn an_object_is_given_back_byte_for_byte() {
    let people = people().await;
    let body = event("a", "DTSTART:20261123T090000Z\r\nSUMMARY:folded\r\n  here\r\nX-ODD;X=\"a;b\":c\r\n");
    let reply = put(&people, "a%20b.ics", &body, &["If-None-Match: *"]).await;
    assert_eq!(reply.status, 201);
    let etag = reply.header("etag").unwrap().to_owned();
    let reply = people.dav(ANN, &format!("GET {HOME}work/a%20b.ics"), &[], "").await.unwrap();
    assert_eq!((reply.status, reply.body.as_str(), reply.header("etag")), (200, body.as_str(), Some(etag.as_str())));
}

#[tokio::test]
async fn a_write_needs_what_it_says_to_be_there() {
    let people = people().await;
    let body = event("a", "DTSTART:20261123T090000Z\r\n");
    let etag = put(&people, "a.ics", &body, &[]).await.header("etag").unwrap().to_owned();
    assert_eq!(put(&people, "a.ics", &body, &["If-None-Match: *"]).await.status, 412);
    assert_eq!(put(&people, "a.ics", &body, &["If-Match: \"old\""]).await.status, 412);
    assert_eq!(put(&people, "new.ics", &body, &["If-Match: *"]).await.status, 412);
    let reply = put(&people, "a.ics", &body, &[&format!("If-Match: {etag}")]).await;
    assert_eq!(reply.status, 204);
    let delete = |etag: String| {
        let people = &people;
        async move {
            let condition = format!("If-Match: {etag}");
            people.dav(ANN, &format!("DELETE {HOME}work/a.ics"), &[&condition], "").await.unwrap().status
        }
    };
    assert_eq!(delete(etag).await, 412);
    assert_eq!(delete(reply.header("etag").unwrap().to_owned()).await, 204);
    assert_eq!(delete("\"x\"".to_owned()).await, 404);
}

#[tokio::test]
async fn what_may_not_be_stored_is_refused_with_its_reason() {
    let people = people().await;
    let good = event("a", "DTSTART:20261123T090000Z\r\n");
    assert_eq!(put(&people, "a.ics", &good, &[]).await.status, 201);
    let with_method = good.replace("VERSION", "METHOD:REQUEST\r\nVERSION");
    let without_uid = good.replace("UID:a\r\n", "");
    let two_uids = good.replace("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:b\r\nDTSTART:20261123\r\nEND:VEVENT");
    let without_start = good.replace("DTSTART", "X-START");
    for (body, condition) in [
        (with_method.as_str(), "<C:valid-calendar-object-resource/>"),
        (&without_uid, "<C:valid-calendar-object-resource/>"),
        (&two_uids, "<C:valid-calendar-object-resource/>"),
        (&without_start, "<C:valid-calendar-data/>"),
        ("Hello", "<C:valid-calendar-data/>"),
    ] {
        let reply = put(&people, "b.ics", body, &[]).await;
        assert_eq!(reply.status, 403);
        assert!(reply.body.contains(condition), "{condition} is missing in {}", reply.body);
    }
    let reply = put(&people, "b.ics", &good, &[]).await;
    assert_eq!(reply.status, 409);
    assert!(reply.body.contains(&format!("<C:no-uid-conflict><D:href>{HOME}work/a.ics</D:href>")));
    assert_eq!(people.dav(ANN, &format!("PUT {HOME}none/a.ics"), &[], &good).await.unwrap().status, 409);
    let reply = people.dav(ANN, &format!("PUT {HOME}work/c.ics"), &["Content-Type: text/plain"], &good).await.unwrap();
    assert!(reply.body.contains("supported-calendar-data"));
}

#[tokio::test]
async fn the_size_of_an_object_is_refused_just_above_the_limit() {
    let people = people().await;
    let of_size = |size: usize| {
        let body = event("a", "DTSTART:20261123T090000Z\r\nDESCRIPTION:\r\n");
        body.replace("DESCRIPTION:", &format!("DESCRIPTION:{}", "x".repeat(size - body.len())))
    };
    assert_eq!(put(&people, "a.ics", &of_size(limit::OBJECT_BYTES), &[]).await.status, 201);
    let reply = put(&people, "a.ics", &of_size(limit::OBJECT_BYTES + 1), &[]).await;
    assert_eq!(reply.status, 403);
    assert!(reply.body.contains("max-resource-size"));
}

#[tokio::test]
async fn a_query_finds_what_happens_in_its_range() {
    let people = people().await;
    put(&people, "once.ics", &event("once", "DTSTART:20261123T090000Z\r\nDTEND:20261123T100000Z\r\n"), &[]).await;
    put(&people, "later.ics", &event("later", "DTSTART:20261223T090000Z\r\n"), &[]).await;
    put(&people, "weekly.ics", &event("weekly", "DTSTART:20260105T090000Z\r\nRRULE:FREQ=WEEKLY\r\n"), &[]).await;
    let query = |filter: &str| {
        let body = format!(
            "<C:calendar-query xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><prop><getetag/><C:calendar-data/>\
             </prop><C:filter><C:comp-filter name='VCALENDAR'><C:comp-filter name='VEVENT'>{filter}</C:comp-filter>\
             </C:comp-filter></C:filter></C:calendar-query>"
        );
        let people = &people;
        async move { report(people, &body).await }
    };
    let reply = query("<C:time-range start='20261123T000000Z' end='20261124T000000Z'/>").await;
    assert_eq!(hrefs(&reply), ["work/once.ics", "work/weekly.ics"]);
    assert!(
        reply.body.contains("DTSTART:20261123T090000Z&#13;\nDTEND")
            || reply.body.contains("DTSTART:20261123T090000Z\r\nDTEND")
    );
    let reply = query("<C:prop-filter name='UID'><C:text-match>LATER</C:text-match></C:prop-filter>").await;
    assert_eq!(hrefs(&reply), ["work/later.ics"]);
    assert_eq!(hrefs(&query("").await).len(), 3);
    let reply = query("<C:moon-filter/>").await;
    assert_eq!(reply.status, 403);
    assert!(reply.body.contains("supported-filter"));
}

#[tokio::test]
async fn a_multiget_gives_what_is_there_and_says_what_is_not() {
    let people = people().await;
    put(&people, "a.ics", &event("a", "DTSTART:20261123T090000Z\r\n"), &[]).await;
    let body = format!(
        "<C:calendar-multiget xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><prop><getetag/></prop>\
         <href>{HOME}work/a.ics</href><href>https://localhost{HOME}work/b.ics</href><href>/etc/passwd</href>\
         </C:calendar-multiget>"
    );
    let reply = report(&people, &body).await;
    assert_eq!(reply.status, 207);
    assert_eq!(reply.body.matches("404 Not Found").count(), 2);
    assert_eq!(hrefs(&reply), ["work/a.ics", "work/b.ics", "/etc/passwd"]);
}

#[tokio::test]
async fn a_token_gives_what_changed_since_and_a_bad_one_is_refused() {
    let people = people().await;
    let sync = |token: &str| {
        let body = format!(
            "<sync-collection xmlns='DAV:'><sync-token>{token}</sync-token><sync-level>1</sync-level>\
             <prop><getetag/></prop></sync-collection>"
        );
        let people = &people;
        async move { report(people, &body).await }
    };
    let token = |reply: &Reply| {
        let (_, rest) = reply.body.split_once("<D:sync-token>").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    put(&people, "a.ics", &event("a", "DTSTART:20261123T090000Z\r\n"), &[]).await;
    let first = sync("").await;
    assert_eq!(hrefs(&first), ["work/a.ics"]);
    put(&people, "b.ics", &event("b", "DTSTART:20261123T090000Z\r\n"), &[]).await;
    people.dav(ANN, &format!("DELETE {HOME}work/a.ics"), &[], "").await;
    let second = sync(&token(&first)).await;
    assert_eq!(hrefs(&second), ["work/b.ics", "work/a.ics"]);
    assert!(second.body.contains("a.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status>"));
    assert!(hrefs(&sync(&token(&second)).await).is_empty());
    let reply = sync("nonsense").await;
    assert_eq!(reply.status, 403);
    assert!(reply.body.contains("<D:valid-sync-token/>"));
}

#[tokio::test]
async fn a_calendar_is_made_renamed_and_removed() {
    let people = people().await;
    let body = "<C:mkcalendar xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><set><prop><displayname>Choir\
                </displayname></prop></set></C:mkcalendar>";
    let request = format!("MKCALENDAR {HOME}choir/");
    assert_eq!(people.dav(ANN, &request, &[], body).await.unwrap().status, 201);
    assert_eq!(people.dav(ANN, &request, &[], "").await.unwrap().status, 405);
    let body =
        "<propertyupdate xmlns='DAV:'><set><prop><displayname>Singing</displayname></prop></set></propertyupdate>";
    assert_eq!(people.dav(ANN, &format!("PROPPATCH {HOME}choir/"), &[], body).await.unwrap().status, 207);
    let name = people.sandbox.provider().read(ANN, |account| account.calendars["choir"].display_name.clone());
    assert_eq!(name.as_deref(), Some("Singing"));
    assert_eq!(people.dav(ANN, &format!("DELETE {HOME}choir/"), &[], "").await.unwrap().status, 204);
}

#[tokio::test]
async fn nobody_sees_the_calendars_of_another_or_without_a_password() {
    let people = people().await;
    let reply = people.dav_raw(&format!("PROPFIND {HOME}"), &["Depth: 0"], "").await.unwrap();
    assert_eq!(reply.status, 401);
    assert!(reply.header("www-authenticate").unwrap().starts_with("Basic "));
    assert_eq!(people.dav(BOB, &format!("PROPFIND {HOME}"), &["Depth: 0"], "").await.unwrap().status, 403);
    for authorization in ["Basic", "Basic %%%", "Bearer x", "Basic YW5u"] {
        let header = format!("Authorization: {authorization}");
        assert_eq!(people.dav_raw("PROPFIND /dav/", &[&header], "").await.unwrap().status, 401);
    }
}

#[tokio::test]
async fn nonsense_is_refused() {
    let people = people().await;
    for (request, headers, body, status) in [
        ("PROPFIND /dav/", &["Depth: 0"][..], "<propfind", 400),
        ("PROPFIND /dav/", &["Depth: infinity"], "", 403),
        ("PROPFIND /nowhere", &["Depth: 0"], "", 404),
        ("REPORT /dav/calendars/ann@sandbox.test/work/", &[], "<a/>", 403),
        ("REPORT /dav/calendars/ann@sandbox.test/work/", &[], "", 400),
        ("BREW /dav/", &[], "", 405),
        ("PUT /dav/", &[], "", 405),
    ] {
        let reply = people.dav(ANN, request, headers, body).await.unwrap();
        assert_eq!(reply.status, status, "{request}");
    }
}

#[tokio::test]
async fn a_cut_before_a_write_loses_it_and_a_cut_after_it_does_not() {
    for (step, stored) in [(Step::DavRequest, 0), (Step::DavAnswer, 1)] {
        let people = people().await;
        people.sandbox.provider().faults().set(Fault::once(step, Act::Cut).matching("PUT "));
        let body = event("a", "DTSTART:20261123T090000Z\r\n");
        let reply = people.dav(ANN, &format!("PUT {HOME}work/a.ics"), &[], &body).await;
        assert!(reply.is_none(), "{reply:?}");
        let count = people.sandbox.provider().read(ANN, |account| account.calendars["work"].objects().len());
        assert_eq!(count, Some(stored), "{step:?}");
    }
}

#[tokio::test]
async fn quirks_make_it_a_lesser_server() {
    let people = people().await;
    let quirks = Quirks { no_sync: true, no_ctag: true, no_etag_after_put: true, ..Quirks::default() };
    people.sandbox.provider().set_quirks(quirks);
    let reply = put(&people, "a.ics", &event("a", "DTSTART:20261123T090000Z\r\n"), &[]).await;
    assert_eq!((reply.status, reply.header("etag")), (201, None));
    assert!(!reply.header("dav").unwrap().contains("calendar-auto-schedule"));
    let reply = report(&people, "<sync-collection xmlns='DAV:'><sync-token/></sync-collection>").await;
    assert!(reply.body.contains("supported-report"));
}

#[tokio::test]
async fn a_server_that_schedules_invites_everybody_but_those_whom_the_client_invites() {
    let people = people().await;
    people.sandbox.provider().set_quirks(Quirks { auto_schedule: true, ..Quirks::default() });
    let event = |sequence: u32, agent: &str, partstat: &str| {
        event(
            "a",
            &format!(
                "DTSTART:20261123T090000Z\r\nSEQUENCE:{sequence}\r\nSUMMARY:Lunch\r\nORGANIZER:mailto:{ANN}\r\n\
             ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN}\r\nATTENDEE{agent};PARTSTAT={partstat}:mailto:{BOB}\r\n"
            ),
        )
    };
    let reply = put(&people, "a.ics", &event(0, ";SCHEDULE-AGENT=CLIENT", "NEEDS-ACTION"), &[]).await;
    assert!(reply.header("dav").unwrap().contains("calendar-auto-schedule"));
    assert!(people.inbox(BOB).is_empty());
    put(&people, "a.ics", &event(1, "", "NEEDS-ACTION"), &[]).await;
    put(&people, "a.ics", &event(1, "", "ACCEPTED"), &[]).await;
    people.dav(ANN, &format!("DELETE {HOME}work/a.ics"), &[], "").await;
    let inbox = people.inbox(BOB);
    assert_eq!(inbox.len(), 2, "{inbox:#?}");
    assert!(inbox[0].contains("method=\"REQUEST\"") && inbox[1].contains("method=\"CANCEL\""));
}
