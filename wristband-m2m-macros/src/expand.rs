//! The model as tokens.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::model::Service;

pub(crate) fn expand(service: &Service) -> TokenStream {
    service.item.to_token_stream()
}
