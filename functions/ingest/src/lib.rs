//! A merchant's purchase file becomes purchases and members.

pub mod file;
