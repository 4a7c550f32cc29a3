//! The page and its assets, built into the program and served as they were compressed at build time.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// One file of the page.
#[derive(Debug)]
pub(super) struct Asset {
    /// Its path, beginning with `/`.
    pub(super) path: &'static str,
    /// Its media type.
    pub(super) media_type: &'static str,
    /// Tells this content from any other; quoted, as in HTTP.
    pub(super) etag: &'static str,
    /// Whether the name changes whenever the content does.
    pub(super) is_hashed: bool,
    /// The content as it is.
    pub(super) plain: &'static [u8],
    /// The content compressed with brotli, if that was done.
    pub(super) brotli: Option<&'static [u8]>,
    /// The content compressed with gzip, if that was done.
    pub(super) gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What a relay without a page says at `/`.
const NO_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Calpost relay</title>\
    <h1>Calpost relay</h1><p>This relay works, but it was built without the page. Build both with \
    <code>cargo xtask dist</code>, or build the relay with the environment variable <code>CALPOST_WEB_DIR</code> \
    naming the folder of the built page.</p></html>";

/// Answers a request for a file or for an address of the app.
pub(super) fn answer(path: &str, headers: &HeaderMap) -> Response<Body> {
    answer_from(ASSETS, path, headers)
}

fn answer_from(assets: &'static [Asset], path: &str, headers: &HeaderMap) -> Response<Body> {
    if let Some(asset) = find(assets, path) {
        return serve(asset, headers);
    }
    // Addresses of the app have no file name: /week/2026-11-22 is for the page to understand. What looks like a file
    // and is none must be missed, or a browser would run the index as a script.
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_file = last.contains('.') && !path.starts_with("/event/");
    match find(assets, "/index.html") {
        Some(index) if !is_file => serve(index, headers),
        None if path == "/" => html(StatusCode::OK, NO_PAGE),
        _ => html(
            StatusCode::NOT_FOUND,
            "<!doctype html><title>Not found</title><p>There is nothing at this address.</p>",
        ),
    }
}

/// The assets are sorted by path.
fn find(assets: &'static [Asset], path: &str) -> Option<&'static Asset> {
    let index = assets.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
    assets.get(index)
}

fn html(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn serve(asset: &'static Asset, request: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_static(asset.etag));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(if asset.is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" }),
    );
    if is_unchanged(asset.etag, request) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    let (content, encoding) = match (asset.brotli, asset.gzip) {
        (Some(content), _) if accepts(request, "br") => (content, Some("br")),
        (_, Some(content)) if accepts(request, "gzip") => (content, Some("gzip")),
        _ => (asset.plain, None),
    };
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    *response.body_mut() = Body::from(Bytes::from_static(content));
    response
}

/// Whether the browser has this content already (RFC 9110 section 13.1.2).
fn is_unchanged(etag: &str, request: &HeaderMap) -> bool {
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag || tag == "*")
}

/// Whether the browser takes an encoding (RFC 9110 section 12.5.3).
fn accepts(request: &HeaderMap, encoding: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let mut words = offer.split(';').map(str::trim);
            let is_it = words.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            is_it && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    static SITE: &[Asset] = &[
        Asset {
            path: "/app-0123456789abcdef.js",
            media_type: "text/javascript",
            etag: "\"1\"",
            is_hashed: true,
            plain: b"plain",
            brotli: Some(b"brotli"),
            gzip: Some(b"gzip"),
        },
        Asset {
            path: "/index.html",
            media_type: "text/html; charset=utf-8",
            etag: "\"2\"",
            is_hashed: false,
            plain: b"index",
            brotli: None,
            gzip: None,
        },
    ];

    fn request(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    async fn content(response: Response<Body>) -> Bytes {
        axum::body::to_bytes(response.into_body(), 1000).await.unwrap()
    }

    #[tokio::test]
    async fn the_best_encoding_that_the_browser_takes_is_served() {
        for (accept, expected) in [
            ("gzip, deflate, br", "brotli"),
            ("gzip", "gzip"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("identity", "plain"),
            ("brx", "plain"),
        ] {
            let response = answer_from(SITE, "/app-0123456789abcdef.js", &request(&[("accept-encoding", accept)]));
            assert_eq!(content(response).await, expected.as_bytes(), "{accept}");
        }
    }

    #[tokio::test]
    async fn addresses_of_the_app_give_the_index_and_missing_files_do_not() {
        for path in ["/", "/week/2026-11-22", "/event/ab.c@example.org", "/settings"] {
            let response = answer_from(SITE, path, &request(&[]));
            assert_eq!(
                (response.status(), content(response).await.as_ref()),
                (StatusCode::OK, &b"index"[..]),
                "{path}"
            );
        }
        for path in ["/missing.js", "/../etc/passwd.txt", "/app-0123456789abcdef.wasm"] {
            assert_eq!(answer_from(SITE, path, &request(&[])).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn hashed_files_are_kept_for_good_and_the_index_is_asked_for_again() {
        let caching = |path| answer_from(SITE, path, &request(&[])).headers()[header::CACHE_CONTROL].clone();
        assert_eq!(caching("/app-0123456789abcdef.js"), "public, max-age=31536000, immutable");
        assert_eq!(caching("/"), "no-cache");
        let again = answer_from(SITE, "/", &request(&[("if-none-match", "\"1\", W/\"2\"")]));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(answer_from(SITE, "/", &request(&[("if-none-match", "\"3\"")])).status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_relay_without_a_page_says_how_to_build_it() {
        let response = answer_from(&[], "/", &request(&[]));
        assert_eq!(response.status(), StatusCode::OK);
        assert!(String::from_utf8_lossy(&content(response).await).contains("CALPOST_WEB_DIR"));
        assert_eq!(answer_from(&[], "/week/2026-11-22", &request(&[])).status(), StatusCode::NOT_FOUND);
    }
}
