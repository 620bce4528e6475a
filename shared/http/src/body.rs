//! Reads a JSON body. The body must have the right media type, a bounded size and no unknown fields. A
//! refusal names each field by its JSON pointer.

use crate::codes;
use crate::problem::{FieldError, Kind, Problem};
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};
use std::fmt::Write as _;

/// The most bytes of a body: 1 MB.
pub const LARGEST: usize = 1_000_000;

/// A body read as JSON.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(&json_bytes(request).await?).map(Self)
    }
}

/// The body of a request whose `Content-Type` is JSON.
async fn json_bytes(request: Request) -> Result<Bytes, Problem> {
    if !says_json(request.headers()) {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            "Send the body as JSON, with the header Content-Type: application/json.",
        ));
    }
    if content_length(request.headers()).is_some_and(|length| length > LARGEST) {
        return Err(too_large());
    }
    // The body of a Lambda event is in memory: its size is the only possible error.
    to_bytes(request.into_body(), LARGEST).await.map_err(|_| too_large())
}

pub(crate) fn too_large() -> Problem {
    Problem::new(Kind::BodyTooLarge, "The body is over 1 MB: send less at once, or a file.")
}

fn says_json(headers: &HeaderMap) -> bool {
    let said = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Reads JSON. The refusal names the fields and does not repeat their content.
///
/// # Errors
/// [`Kind::Malformed`] for a text that is not JSON, [`Kind::Unprocessable`] for JSON of another shape.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let detail = "The body is empty: send a JSON object, {} where no field is needed.";
        return Err(Problem::new(Kind::Malformed, detail));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().classify() == Category::Data {
            other_shape::<T>(bytes, field_error(error.path(), error.inner()))
        } else {
            malformed(error.inner())
        }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

/// The most errors of the shape that one refusal names.
const MOST_ERRORS: usize = 20;
/// The most bytes of a body whose refusal names more than the first error of the shape: 64 KB. A repair reads the
/// whole body again, several times for each error.
const LARGEST_REPAIRED: usize = 64_000;

/// The refusal of JSON of another shape. The reader stops at the first error, so each error is repaired in a
/// copy, which is read again. A body over [`LARGEST_REPAIRED`] is not read again.
fn other_shape<T: DeserializeOwned>(bytes: &[u8], first: FieldError) -> Problem {
    let mut errors = vec![first];
    if bytes.len() <= LARGEST_REPAIRED
        && let Ok(mut copy) = serde_json::from_slice::<Value>(bytes)
    {
        while let Some(last) = errors.last()
            && errors.len() < MOST_ERRORS
            && repair::<T>(&mut copy, last)
            && let Some(next) = shape_error::<T>(&copy)
        {
            errors.push(next);
        }
    }
    Problem::fields(Kind::Unprocessable, errors)
}

fn shape_error<T: DeserializeOwned>(value: &Value) -> Option<FieldError> {
    let read = serde_path_to_error::deserialize::<_, T>(value);
    read.err().map(|error| field_error(error.path(), error.inner()))
}

/// Changes the copy so that the reader passes the field of `error`: an unknown field is removed, and any other gets a
/// value of the type that the reader accepts there. `false` where no such value is found.
fn repair<T: DeserializeOwned>(copy: &mut Value, error: &FieldError) -> bool {
    let Some((parent, name)) = error.pointer().and_then(|pointer| pointer.rsplit_once('/')) else {
        return false;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    let parent = parent.to_owned();
    let place = |copy: &mut Value, value: Option<Value>| match (copy.pointer_mut(&parent), value) {
        (Some(Value::Object(object)), Some(value)) => object.insert(name.clone(), value).is_some(),
        (Some(Value::Object(object)), None) => object.remove(&name).is_some(),
        (Some(Value::Array(array)), Some(value)) => {
            let element = name.parse().ok().and_then(|index: usize| array.get_mut(index));
            element.map(|element| *element = value).is_some()
        }
        _ => false,
    };
    if error.code() == codes::UNKNOWN_FIELD {
        return place(copy, None);
    }
    let words = error.detail().split('`').skip(1).step_by(2).map(Value::from);
    let samples = [json!(""), json!(0), json!(false), json!([]), json!({}), Value::Null];
    words.take(1).chain(samples).any(|sample| {
        place(copy, Some(sample));
        shape_error::<T>(copy).is_none_or(|next| !next.is_within(error))
    })
}

fn field_error(path: &Path, error: &serde_json::Error) -> FieldError {
    let message = error.to_string();
    let mut pointer = pointer_of(path);
    let (code, detail) = if let Some(name) = quoted_after(&message, "missing field `") {
        push(&mut pointer, name);
        (codes::MISSING, "must be given".to_owned())
    } else if let Some(name) = quoted_after(&message, "unknown field `") {
        if !pointer.ends_with(&format!("/{}", escaped(name))) {
            push(&mut pointer, name);
        }
        (
            codes::UNKNOWN_FIELD,
            format!("is not a field of this request: use {}", expected(&message)),
        )
    } else {
        let is_variant = message.starts_with("unknown variant");
        let code = if is_variant { codes::UNKNOWN_VALUE } else { codes::TYPE };
        (code, format!("must be {}", expected(&message)))
    };
    FieldError::of_body(pointer, code, detail)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let detail = format!("The body is not JSON: it breaks off at line {line}, column {column}.");
    Problem::new(Kind::Malformed, detail)
}

/// The type that serde expected, in words of JSON. The message of serde also repeats the caller's value,
/// which is left out.
fn expected(message: &str) -> &str {
    let expected = message.rsplit_once(", expected ").map_or("of another type", |(_, rest)| rest);
    let expected = expected.rsplit_once(" at line ").map_or(expected, |(expected, _)| expected);
    match expected {
        "i64" | "u32" => "a whole number",
        "a sequence" => "an array",
        _ if expected.starts_with("struct ") => "an object",
        _ => expected,
    }
}

fn quoted_after<'m>(message: &'m str, start: &str) -> Option<&'m str> {
    message.strip_prefix(start)?.split('`').next()
}

fn pointer_of(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                // Writing to a `String` has no failure.
                let _ = write!(pointer, "/{index}");
            }
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&escaped(name));
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Line {
        quantity: u32,
        colour: Option<Colour>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Basket {
        lines: Vec<Line>,
    }

    #[rstest]
    #[case(r#"{"lines":[{"quantity":"secret"}]}"#, "/lines/0/quantity", "type")]
    #[case(r#"{"lines":[{"quantity":1},{}]}"#, "/lines/1/quantity", "missing")]
    #[case(r#"{"lines":[{"quantity":1,"a/b":2}]}"#, "/lines/0/a~1b", "unknown_field")]
    #[case(r#"{"lines":[{"quantity":", expected secret"}]}"#, "/lines/0/quantity", "type")]
    #[case(r#"{"lines":[{"quantity":1,"colour":"secret"}]}"#, "/lines/0/colour", "unknown_value")]
    #[case(r"{}", "/lines", "missing")]
    #[case(r"[]", "", "type")]
    #[case(r#""secret""#, "", "type")]
    fn the_refusal_of_another_shape_names_the_field_and_does_not_repeat_its_content(
        #[case] body: &str,
        #[case] pointer: &str,
        #[case] code: &str,
    ) {
        let problem = read::<Basket>(body.as_bytes()).unwrap_err();
        assert_eq!(problem.kind(), Kind::Unprocessable);
        let shown = serde_json::to_value(problem.body(None)).unwrap();
        assert_eq!(shown["errors"][0]["pointer"], pointer, "{shown}");
        assert_eq!(shown["errors"][0]["code"], code, "{shown}");
        assert!(!shown.to_string().contains("secret"), "{shown}");
    }

    #[test]
    fn the_refusal_of_an_unknown_field_lists_the_known_ones() {
        let problem = read::<Line>(br#"{"quantity":1,"price":2}"#).unwrap_err();
        let shown = serde_json::to_value(problem.body(None)).unwrap();
        let detail = "is not a field of this request: use `quantity` or `colour`";
        assert_eq!(shown["errors"][0]["detail"], detail);
    }

    #[rstest]
    #[case(r#"{"lines":[{},{"quantity":"x"},{"quantity":1,"price":2,"colour":"blue"}],"more":1}"#, &[
        ("/lines/0/quantity", "missing"), ("/lines/1/quantity", "type"), ("/lines/2/colour", "unknown_value"),
        ("/lines/2/price", "unknown_field"), ("/more", "unknown_field"),
    ])]
    #[case(r#"{"more":1,"other":2}"#, &[
        ("/more", "unknown_field"), ("/other", "unknown_field"), ("/lines", "missing"),
    ])]
    #[case(r#"{"lines":[[], 1]}"#, &[("/lines/0", "type")])]
    fn all_errors_of_the_shape_are_named_together(
        #[case] body: &str,
        #[case] expected: &[(&str, &str)],
    ) {
        let problem = read::<Basket>(body.as_bytes()).unwrap_err();
        let shown = serde_json::to_value(problem.body(None)).unwrap();
        let named: Vec<_> = shown["errors"].as_array().unwrap().iter().collect();
        let named: Vec<_> = named
            .iter()
            .map(|error| (error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap()))
            .collect();
        assert_eq!(named, expected);
    }

    #[rstest]
    #[case::the_largest_that_is_read_again(LARGEST_REPAIRED, MOST_ERRORS)]
    #[case::one_byte_more(LARGEST_REPAIRED + 1, 1)]
    #[case::the_largest_body(LARGEST, 1)]
    fn a_refusal_names_twenty_errors_of_the_shape_and_of_a_body_over_64_kb_only_the_first(
        #[case] length: usize,
        #[case] expected: usize,
    ) {
        let lines = vec![r#"{"quantity":"x"}"#; 1_000].join(",");
        let body = format!(r#"{{"lines":[{lines}]}}"#);
        let body = format!("{body}{}", " ".repeat(length - body.len()));
        let problem = read::<Basket>(body.as_bytes()).unwrap_err();
        let shown = serde_json::to_value(problem.body(None)).unwrap();
        let errors = shown["errors"].as_array().unwrap();
        assert_eq!(errors.len(), expected);
        assert_eq!(errors[0]["pointer"], "/lines/0/quantity");
    }

    /// A field that counts how often it is read.
    #[derive(Debug)]
    struct Counted;

    std::thread_local! {
        static READS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }

    impl<'de> Deserialize<'de> for Counted {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            READS.set(READS.get() + 1);
            serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
        }
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read into")]
    struct CountedBasket {
        counted: Counted,
        lines: Vec<Line>,
    }

    #[test]
    fn a_body_over_64_kb_is_read_once_however_many_fields_are_wrong() {
        let lines = vec![r#"{"quantity":"x"}"#; 50_000].join(",");
        let body = format!(r#"{{"counted":1,"lines":[{lines}]}}"#);
        assert!(body.len() > LARGEST_REPAIRED && body.len() < LARGEST);
        read::<CountedBasket>(body.as_bytes()).unwrap_err();
        assert_eq!(READS.get(), 1);
    }

    #[rstest]
    #[case("")]
    #[case("{")]
    #[case("nonsense")]
    #[case(r#"{"lines":[]} and more"#)]
    #[case("{\"lines\":[\"\u{0}\"]}")]
    fn a_body_that_is_not_json_is_malformed(#[case] body: &str) {
        assert_eq!(read::<Basket>(body.as_bytes()).unwrap_err().kind(), Kind::Malformed);
    }
}
