//! One process of a fleet. It reads commands from standard input, one per line, and writes a line in reply to each.
//!
//! `fleet-process ENDPOINT STORE`, where the store is `file:DIRECTORY`, a Redis URL, or `none`.
//!
//! | command | reply |
//! |---|---|
//! | `token` | `token TEXT`, or `error KIND` |
//! | `replace` | the same, for a replacement of the last token |
//! | `replace-for MILLIS` | `renewed N limited M`, for one replacement every half second |
//! | `get-for MILLIS` | `tokens N errors M`, for one `token` every 20 ms |
//! | `store` | the state of the store |

use std::error::Error;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::{Instant, sleep};
use wristband_m2m::testing::MockWristband;
use wristband_m2m::{
    AccessToken, FileTokenStore, RedisTokenStore, TokenError, TokenErrorKind, WristbandM2mClient,
    reqwest,
};

struct Process {
    client: WristbandM2mClient,
    token: Option<AccessToken>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(endpoint), Some(store)) = (arguments.next(), arguments.next()) else {
        return Err("fleet-process ENDPOINT STORE".into());
    };
    let mut process = Process {
        client: client(&endpoint, &store)?,
        token: None,
    };
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        println!("{}", process.run(&line).await?);
    }
    Ok(())
}

fn client(endpoint: &str, store: &str) -> Result<WristbandM2mClient, Box<dyn Error>> {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]);
    let builder = WristbandM2mClient::builder()
        .client_id(MockWristband::CLIENT_ID)
        .client_secret(MockWristband::CLIENT_SECRET)
        .token_endpoint(endpoint)
        .http_client(http);
    let builder = match store.split_once(':') {
        Some(("file", directory)) => builder.token_store(FileTokenStore::new(directory)?),
        Some(_) => builder.token_store(RedisTokenStore::new(store)?),
        None => builder,
    };
    Ok(builder.build()?)
}

impl Process {
    async fn run(&mut self, line: &str) -> Result<String, Box<dyn Error>> {
        let (command, millis) = line.split_once(' ').unwrap_or((line, "0"));
        let time = Duration::from_millis(millis.parse()?);
        Ok(match command {
            "token" => reply(&self.token().await),
            "replace" => reply(&self.replace().await),
            "replace-for" => self.replace_for(time).await?,
            "get-for" => self.get_for(time).await,
            "store" => format!("{:?}", self.client.status().store()),
            _ => return Err(format!("no such command: {line}").into()),
        })
    }

    async fn token(&mut self) -> Result<AccessToken, TokenError> {
        let token = self.client.get_token().await?;
        self.token = Some(token.clone());
        Ok(token)
    }

    async fn replace(&mut self) -> Result<AccessToken, TokenError> {
        let rejected = match self.token.take() {
            Some(token) => token,
            None => self.client.get_token().await?,
        };
        let replacement = self.client.replace_token(&rejected).await;
        self.token = Some(replacement.clone().unwrap_or(rejected));
        replacement
    }

    async fn replace_for(&mut self, time: Duration) -> Result<String, TokenError> {
        let end = Instant::now() + time;
        let (mut renewed, mut limited) = (0, 0);
        while Instant::now() < end {
            match self.replace().await {
                Ok(_) => renewed += 1,
                Err(error) if error.kind() == TokenErrorKind::RenewalLimited => limited += 1,
                Err(error) => return Err(error),
            }
            sleep(Duration::from_millis(500)).await;
        }
        Ok(format!("renewed {renewed} limited {limited}"))
    }

    async fn get_for(&mut self, time: Duration) -> String {
        let end = Instant::now() + time;
        let (mut tokens, mut errors) = (0, 0);
        while Instant::now() < end {
            match self.token().await {
                Ok(_) => tokens += 1,
                Err(_) => errors += 1,
            }
            sleep(Duration::from_millis(20)).await;
        }
        format!("tokens {tokens} errors {errors}")
    }
}

fn reply(result: &Result<AccessToken, TokenError>) -> String {
    match result {
        Ok(token) => format!("token {}", token.as_str()),
        Err(error) => format!("error {:?}", error.kind()),
    }
}
