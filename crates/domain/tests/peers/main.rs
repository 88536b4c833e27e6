//! The engine answers what peers' tests ask of their own: 181 cases, read as facts and written down in `data/`.

#[cfg(test)]
mod account;
mod case;
#[cfg(test)]
mod cover;
#[cfg(test)]
mod dates;
mod duty;
#[cfg(test)]
mod handoffs;
#[cfg(test)]
mod people;
#[cfg(test)]
mod windows;
