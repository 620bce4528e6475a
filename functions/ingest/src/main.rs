//! The function that reads a merchant's purchase file.

fn main() {}
