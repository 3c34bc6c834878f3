//! A person's own images in the terminal: what `--data` takes, what it leaves out, and what it refuses.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

fn run(config: &str, others: &[&str]) -> Output {
    let quiet = ["--backend", "cpu", "--json"];
    Command::new(env!("CARGO_BIN_EXE_ganlet"))
        .args([&["run", config], quiet.as_slice(), others].concat())
        .env_remove("GANLET_DATA")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A preset of grey images of 28 by 28 pixels, with networks of a few units.
fn tiny() -> String {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    json!({
        "preset": "mnist-mlp", "batch": 4, "steps": 2,
        "generator": { "layers": [dense(4), { "kind": "relu" }, dense(784), { "kind": "tanh" }] },
        "discriminator": { "layers": [dense(1)] },
        "data": { "black": -1 },
    })
    .to_string()
}

fn empty(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    fs::create_dir_all(&path).unwrap();
    path
}

/// A picture in colour, 40 by 30 pixels, of one brightness.
fn picture(brightness: u8) -> Vec<u8> {
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, 40, 30);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[brightness; 40 * 30 * 3]).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A NumPy file of bytes.
fn npy(shape: &str, content: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let len = (header.len() as u16).to_le_bytes();
    [
        b"\x93NUMPY\x01\x00",
        len.as_slice(),
        header.as_bytes(),
        content,
    ]
    .concat()
}

#[test]
fn a_folder_is_learned_and_its_folders_are_labels() {
    let folder = empty("own-folder");
    for class in ["bright", "dark"] {
        fs::create_dir(folder.join(class)).unwrap();
        for i in 0..12 {
            let brightness = if class == "dark" { i } else { 255 - i };
            fs::write(
                folder.join(class).join(format!("{i:02}.png")),
                picture(brightness),
            )
            .unwrap();
        }
    }
    fs::write(folder.join("bright/cut.png"), &picture(9)[..50]).unwrap();
    fs::write(folder.join("notes.txt"), "no picture").unwrap();
    fs::write(folder.join("inner.zip"), b"PK\x03\x04 and so on").unwrap();
    let (data, out) = (folder.to_str().unwrap(), folder.join("out"));
    let out = out.to_str().unwrap();

    let done = run(&tiny(), &["--data", data, "--out", out]);
    assert!(done.status.success(), "{}", said(&done));
    let notes = said(&done);
    for (file, reason) in [
        ("cut.png", "damaged"),
        ("notes.txt", "no picture"),
        ("inner.zip", "unpack it first"),
    ] {
        let named = |line: &str| line.contains(file) && line.contains(reason);
        assert!(notes.lines().any(named), "{file}: {notes}");
    }
    let summary: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(
        summary["metrics"]["copy_ratio"].as_f64().unwrap() > 0.0,
        "{summary}"
    );

    let checkpoint = format!("{out}/checkpoint.safetensors");
    fs::remove_dir_all(folder.join("bright")).unwrap();
    let gone = run("mnist-mlp", &["--resume", &checkpoint]);
    assert!(!gone.status.success());
    assert!(
        said(&gone).contains("“own-folder” are somebody's own"),
        "{}",
        said(&gone)
    );
}

#[test]
fn what_was_left_is_gone_on_with() {
    let folder = empty("own-resumed");
    let file = folder.join("twenty-four.npy");
    let pixels: Vec<u8> = (0..24 * 28 * 28).map(|i| (i % 251) as u8).collect();
    fs::write(&file, npy("24, 28, 28", &pixels)).unwrap();
    let (data, out) = (file.to_str().unwrap(), folder.join("out"));
    let out = out.to_str().unwrap();
    let first = run(&tiny(), &["--data", data, "--out", out]);
    assert!(first.status.success(), "{}", said(&first));
    let checkpoint = format!("{out}/checkpoint.safetensors");
    let more = ["--resume", &checkpoint, "--data", data, "--steps", "3"];
    let second = run("mnist-mlp", &more);
    assert!(second.status.success(), "{}", said(&second));
    let summary: Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(summary["steps"], 5);
}

#[test]
fn a_zip_is_a_folder() {
    let path = empty("own-zip").join("pictures.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    for i in 0..20 {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(format!("all/{i}.png"), options).unwrap();
        archive.write_all(&picture(10 * i)).unwrap();
    }
    archive.finish().unwrap();
    let done = run(&tiny(), &["--data", path.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
}

#[test]
fn what_cannot_be_learned_is_refused() {
    let folder = empty("own-refused");
    let data = folder.to_str().unwrap();
    let refusal = |config: &str, data: &str| {
        let output = run(config, &["--data", data]);
        assert!(!output.status.success(), "{config} {data}");
        said(&output)
    };
    fs::write(folder.join("one.png"), picture(1)).unwrap();
    let few = refusal(&tiny(), data);
    assert!(
        few.contains("1 images can be read, and 20 are needed"),
        "{few}"
    );
    let absent = refusal(&tiny(), "no-such-folder");
    assert!(absent.contains("no-such-folder"), "{absent}");
    let short = folder.join("short.npy");
    fs::write(&short, npy("24, 28, 28", &[0; 100])).unwrap();
    let cut = refusal(&tiny(), short.to_str().unwrap());
    assert!(cut.contains("cut short"), "{cut}");
    let text = folder.join("text.safetensors");
    fs::write(&text, "no safetensors").unwrap();
    let damaged = refusal(&tiny(), text.to_str().unwrap());
    assert!(damaged.contains("text: damaged"), "{damaged}");
}
