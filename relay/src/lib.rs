//! Opens mail connections under a policy and serves the page.
