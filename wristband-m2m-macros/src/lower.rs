//! Lowers a trait as written to the model. The only caller of validation.

use syn::{TraitItem, parse_quote};

use crate::diagnostics::Diagnostics;
use crate::model::Service;
use crate::parse::fixed::Fixed;
use crate::parse::method::Written;
use crate::parse::options::CallOptions;
use crate::parse::service::{Member, WrittenMethod, WrittenService};
use crate::validate::service::MethodNames;
use crate::validate::{service, verbs};

mod endpoint;
mod provided;

/// A trait, as far as it is valid.
pub(crate) struct Lowered {
    /// The endpoints without an error.
    pub(crate) service: Service,
    /// The methods that have one.
    pub(crate) broken: Vec<Broken>,
    /// The trait is generic or has items other than methods, so the client cannot implement it.
    pub(crate) unsupported: bool,
}

/// A method with an error.
pub(crate) struct Broken {
    /// Position in the items of the trait.
    pub(crate) index: usize,
    pub(crate) is_paged: bool,
}

/// What a trait sets for all its methods.
struct Defaults {
    fixed: Fixed,
    call: CallOptions,
    /// Placeholders in its path; reported.
    placeholders: Vec<String>,
}

pub(crate) fn lower(written: WrittenService, diagnostics: &mut Diagnostics) -> Lowered {
    let WrittenService {
        item,
        options,
        fixed,
        members,
        is_half_typed,
    } = written;
    let (client, dyn_name) = service::names_of_types(&item, &options, diagnostics);
    let defaults = Defaults {
        fixed,
        call: options.call,
        placeholders: options.placeholders,
    };
    let timeout = defaults.call.timeout;
    let mut lowered = Lowered {
        unsupported: service::check_head(&item, diagnostics),
        service: Service {
            item,
            krate: options
                .krate
                .unwrap_or_else(|| parse_quote!(::wristband_m2m_reqwest)),
            client,
            dyn_name,
            base_url: options.base_url,
            path: options.path,
            timeout,
            endpoints: Vec::new(),
            provided: Vec::new(),
        },
        broken: Vec::new(),
    };
    let before = diagnostics.count();
    let mut has_endpoint = is_half_typed;
    let mut names = MethodNames::default();
    for member in members {
        match member {
            Member::Other(item) => {
                lowered.unsupported = true;
                lowered.service.item.items.push(*item);
            }
            Member::Method(method) => {
                let is_endpoint = matches!(method.written, Written::Endpoint(_));
                has_endpoint |= is_endpoint || method.has_mistake;
                lowered.add(*method, &defaults, &mut names, diagnostics);
            }
        }
    }
    if !has_endpoint && !lowered.unsupported && diagnostics.count() == before {
        service::has_no_endpoint(&lowered.service.item, diagnostics);
    }
    lowered
}

impl Lowered {
    fn add(
        &mut self,
        method: WrittenMethod,
        defaults: &Defaults,
        names: &mut MethodNames,
        diagnostics: &mut Diagnostics,
    ) {
        let WrittenMethod {
            function,
            written,
            is_stub,
            has_mistake,
        } = method;
        let mut unreported = Diagnostics::default();
        let diagnostics = if is_stub {
            &mut unreported
        } else {
            diagnostics
        };
        let is_method = matches!(written, Written::Endpoint(_)) || function.default.is_some();
        if is_method && names.is_repeated(&function, diagnostics) {
            return;
        }
        let before = diagnostics.count();
        let index = self.service.item.items.len();
        let is_paged = matches!(&written, Written::Endpoint(method) if method.is_paged());
        let is_lowered = match written {
            Written::Endpoint(method) => {
                let endpoint = endpoint::endpoint(index, *method, defaults, diagnostics);
                let is_sound = !is_stub && !has_mistake && diagnostics.count() == before;
                let endpoint = endpoint.filter(|_| is_sound);
                let is_lowered = endpoint.is_some();
                self.service.endpoints.extend(endpoint);
                is_lowered
            }
            Written::Other(other) => {
                verbs::without(&function, &other, diagnostics);
                let is_sound = !is_stub && diagnostics.count() == before;
                let is_provided = function.default.is_some() && is_sound;
                let provided = is_provided.then(|| provided::provided(index, &function));
                self.service.provided.extend(provided);
                is_provided
            }
        };
        diagnostics.depend_on(before, &function.attrs);
        if !is_lowered {
            self.broken.push(Broken { index, is_paged });
        }
        self.service.item.items.push(TraitItem::Fn(function));
    }
}
