//! The body of a request, without the chunks in which the SDK sends a checksum after it.

use axum::body::Bytes;
use axum::http::HeaderMap;

pub(super) fn decoded(headers: &HeaderMap, body: Bytes) -> Bytes {
    if !headers.contains_key("x-amz-decoded-content-length") {
        return body;
    }
    let mut content = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]);
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let Some(chunk) = rest.get(end + 2..end + 2 + size).filter(|chunk| !chunk.is_empty())
        else {
            break;
        };
        content.extend_from_slice(chunk);
        rest = rest.get(end + 2 + size + 2..).unwrap_or_default();
    }
    content.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_sent_with_its_checksum_after_it_is_unwrapped() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-decoded-content-length", "7".parse().unwrap());
        let body = "5\r\nabcde\r\n2\r\nfg\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        assert_eq!(decoded(&headers, body.into()), "abcdefg");
    }
}
