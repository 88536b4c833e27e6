//! The binary as a process: what it is given, what it prints, how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// How long anything may take before the test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Part of every secret that a test gives, and of nothing that may be printed.
pub(crate) const HUSH: &str = "hush";

/// A key ring as `keys generate` makes it.
pub(crate) const KEYS: &str = "1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=";

/// Settings with which `serve` starts, on ports of the machine's choice.
pub(crate) const COMPLETE: [(&str, &str); 7] = [
    ("ASYNCBOT_ENCRYPTION_KEYS", KEYS),
    ("SLACK_CLIENT_ID", "1.2"),
    ("SLACK_CLIENT_SECRET", "hush-client"),
    ("SLACK_SIGNING_SECRET", "hush-signing"),
    ("ASYNCBOT_BIND", "127.0.0.1:0"),
    ("ASYNCBOT_ADMIN_BIND", "127.0.0.1:0"),
    ("ASYNCBOT_STOP_GRACE", "0"),
];

/// A command that is about to run, with a home of its own.
pub(crate) struct Asyncbot {
    command: Command,
    home: TempDir,
    input: Vec<u8>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// What it printed on standard output: its results.
    pub(crate) out: String,
    /// What it printed on standard error: everything else.
    pub(crate) err: String,
}

/// Returns the command with these arguments, in an environment that holds a home and nothing else.
pub(crate) fn asyncbot(arguments: &[&str]) -> Asyncbot {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_asyncbot"));
    command.args(arguments).env_clear().env("HOME", home.path()).current_dir(home.path());
    Asyncbot { command, home, input: Vec::new() }
}

impl Asyncbot {
    /// Sets variables; a later value of the same variable wins.
    pub(crate) fn with<'a>(
        mut self,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        self.command.envs(variables);
        self
    }

    /// Takes variables away.
    pub(crate) fn without(mut self, variables: &[&str]) -> Self {
        for variable in variables {
            self.command.env_remove(variable);
        }
        self
    }

    /// Gives it something to read on standard input.
    pub(crate) fn reads(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Puts a file into its home and sets a variable to the file's path.
    pub(crate) fn with_file(mut self, variable: &str, content: &str) -> Self {
        let path = self.home.path().join(variable.to_lowercase());
        std::fs::write(&path, content).unwrap();
        self.command.env(variable, path);
        self
    }

    /// Runs it to its end.
    ///
    /// Whatever the test is about, it must not have panicked nor printed a secret.
    pub(crate) fn ends(mut self) -> Ended {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // It may end without having read everything.
        thread::spawn(move || drop(stdin.write_all(&input)));
        let out = read_all(child.stdout.take().unwrap());
        let err = read_all(child.stderr.take().unwrap());
        let (Ok(out), Ok(err)) = (out.recv_timeout(PATIENCE), err.recv_timeout(PATIENCE)) else {
            child.kill().unwrap();
            panic!("it did not end in time");
        };
        let ended = Ended { code: child.wait().unwrap().code(), out, err };
        assert!(!ended.out.contains(HUSH) && !ended.err.contains(HUSH), "a secret: {ended:?}");
        assert!(!ended.err.contains("panicked"), "{ended:?}");
        ended
    }

    /// Starts it and returns once it says that it serves.
    pub(crate) fn serves(mut self) -> Serving {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let address = log.by_ref().find_map(|line| {
            said.push(line.clone());
            let line: serde_json::Value = serde_json::from_str(&line).ok()?;
            (line["message"] == "Asyncbot serves.").then(|| line["address"].as_str()?.parse().ok())
        });
        let Some(Some(address)) = address else {
            panic!("it does not serve: {said:#?}");
        };
        // The pipe must be read to its end, or the bot would block on a full one.
        let said = Arc::new(Mutex::new(said));
        let (tell, ends) = channel();
        let heard = Arc::clone(&said);
        thread::spawn(move || {
            for line in log {
                assert!(!line.contains(HUSH), "a secret: {line}");
                heard.lock().unwrap().push(line);
            }
            // The test may have ended.
            let _ = tell.send(());
        });
        Serving { child, address, said, ends, home: self.home }
    }
}

impl Ended {
    /// Checks that it succeeded with results and without a word beside them, and returns the results.
    #[track_caller]
    pub(crate) fn results(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self.out
    }

    /// Checks that it was refused as wrong use, without results, and returns the lines that say why.
    #[track_caller]
    pub(crate) fn refusals(self) -> Vec<String> {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{self:?}");
        let line = |line: &str| {
            let said = line.strip_prefix("asyncbot: ");
            said.unwrap_or_else(|| panic!("not a line for people: {line}")).to_owned()
        };
        self.err.lines().map(line).collect()
    }
}

/// A bot that serves; it is killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
    said: Arc<Mutex<Vec<String>>>,
    ends: Receiver<()>,
    home: TempDir,
}

impl Serving {
    /// Asks for a page and returns its status and body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        exchange(self.address, "GET", path, &[], "")
    }

    /// Returns status line and headers of the answer to a page, each line with its end.
    pub(crate) fn head_of(&self, path: &str) -> String {
        let answer = whole_exchange(self.address, "GET", path, &[], "");
        format!("{}\r\n", answer.split_once("\r\n\r\n").unwrap().0)
    }

    /// Asks it to end, as a service manager does, and returns its exit code and its log.
    pub(crate) fn stops(self) -> (Option<i32>, Vec<String>) {
        self.is_told_to_stop();
        self.ends()
    }

    /// Asks it to end, as a service manager does.
    pub(crate) fn is_told_to_stop(&self) {
        self.signal("-TERM");
    }

    /// Sends it a signal, such as `-USR1`.
    pub(crate) fn signal(&self, signal: &str) {
        let told = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(told.unwrap().success());
    }

    /// Returns how often its log has said something until now.
    pub(crate) fn has_said(&self, what: &str) -> usize {
        self.said.lock().unwrap().iter().filter(|line| line.contains(what)).count()
    }

    /// Waits until it has ended, and returns its exit code and its log.
    pub(crate) fn ends(mut self) -> (Option<i32>, Vec<String>) {
        self.ends.recv_timeout(PATIENCE).expect("it ends in time");
        let log = std::mem::take(&mut *self.said.lock().unwrap());
        (self.child.wait().unwrap().code(), log)
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The home that it runs in.
    pub(crate) fn home(&self) -> &std::path::Path {
        self.home.path()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one request on a connection of its own and returns the answer's status and body.
pub(crate) fn exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let answer = whole_exchange(address, method, path, headers, body);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Returns the whole answer to a request, head and body.
fn whole_exchange(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let length = body.len().to_string();
    let own = [("host", "bot.example"), ("connection", "close"), ("content-length", &length)];
    let lines = own.iter().chain(headers).map(|(name, value)| format!("{name}: {value}\r\n"));
    let lines: Vec<String> = lines.collect();
    let head = format!("{method} {path} HTTP/1.1\r\n{}\r\n", lines.concat());
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn read_all(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, told) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        // The test may have given up.
        let _ = tell.send(String::from_utf8(bytes).expect("it prints UTF-8"));
    });
    told
}
