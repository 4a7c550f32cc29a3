//! What a CalDAV server answers: multistatus, errors, discovery, references.
#![no_main]

use calendar::dav::{Discovery, Href, Location, Multistatus, Reply, Step, changes, collections, objects, outcome};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let at = Location::parse("https://dav.example/cal/").expect("an address");
    if let Ok(answer) = Multistatus::read(bytes, &at) {
        let _ = collections(&answer);
        let _ = changes(&answer, &at.href);
        let _ = objects(&answer, &at.href);
        for response in &answer.responses {
            let again = Href::parse(response.href.as_str()).expect("what we accept can be read again");
            assert_eq!(again, response.href, "a path means the same when it is read again");
        }
    }
    for status in [207, 301, 403] {
        let reply = Reply { status, headers: Vec::new(), body: bytes.to_vec() };
        let _ = outcome(&reply, &at);
        let mut discovery = Discovery::start(at.clone());
        while let Step::Ask { .. } = discovery.next() {
            discovery = discovery.answer(&reply);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = at.resolve(text);
        let _ = at.resolve_path(text);
    }
});
