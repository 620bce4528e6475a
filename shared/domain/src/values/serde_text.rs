//! Serde of a value as its text.

/// Implements serde for types that have a text: `Display` writes the text and `parse` reads the text. The
/// error of a text that `parse` refuses does not repeat the text: it may name a person, and errors are
/// logged.
#[macro_export]
macro_rules! serde_as_text {
    ($($name:ident),+ $(,)?) => {$(
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as ::serde::Deserialize>::deserialize(deserializer)?;
                // `parse` gives an `Option` or a `Result`; both are iterators of one value at most.
                $name::parse(&text).into_iter().next().ok_or_else(|| {
                    ::serde::de::Error::custom(concat!("this text is no ", stringify!($name)))
                })
            }
        }
    )+};
}
