//! Runs a function with the widest vectors of the machine. The default x86-64 target has only SSE2, so loops that
//! the compiler vectorizes are compiled once more for each wider instruction set, and the set is chosen once.

/// Defines a function, and variants of it for wider instruction sets, chosen at run time. What it calls takes part if
/// it is inlined.
macro_rules! multiversion {
    ($(#[$meta:meta])* $vis:vis fn $name:ident $(<$($life:lifetime),*>)? ($($arg:ident: $ty:ty),* $(,)?) $body:block) => {
        $(#[$meta])*
        $vis fn $name $(<$($life),*>)? ($($arg: $ty),*) {
            #[inline(always)]
            fn generic $(<$($life),*>)? ($($arg: $ty),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma,bmi2,avx512f,avx512vl,avx512bw,avx512dq")]
                fn avx512 $(<$($life),*>)? ($($arg: $ty),*) {
                    generic($($arg),*);
                }
                #[target_feature(enable = "avx2,fma,bmi2")]
                fn avx2 $(<$($life),*>)? ($($arg: $ty),*) {
                    generic($($arg),*);
                }
                match $crate::target::level() {
                    // SAFETY: the machine has these features.
                    $crate::target::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: the machine has these features.
                    $crate::target::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::target::Level::Baseline => {}
                }
            }
            generic($($arg),*);
        }
    };
}
pub(crate) use multiversion;

/// Instruction sets that variants are compiled for.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Baseline,
    Avx2,
    Avx512,
}

/// The best one that this machine has. The standard library caches the answers.
#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn level() -> Level {
    if is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi2")
    {
        Level::Avx512
    } else if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi2")
    {
        Level::Avx2
    } else {
        Level::Baseline
    }
}
