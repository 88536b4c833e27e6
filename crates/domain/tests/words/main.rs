//! What people type and what files say, read: dates, commands, forms and plans.

#[cfg(test)]
mod command;
#[cfg(test)]
mod date_words;
#[cfg(test)]
mod form;
#[cfg(test)]
mod plan_any;
#[cfg(test)]
mod plan_bad;
#[cfg(test)]
mod plan_changes;
#[cfg(test)]
mod plan_coverage;
#[cfg(test)]
mod plan_files;
#[cfg(test)]
mod plan_input;
#[cfg(test)]
mod plan_output;
#[cfg(test)]
mod plan_rules;
#[cfg(test)]
mod plan_sequences;
#[cfg(test)]
mod when;
