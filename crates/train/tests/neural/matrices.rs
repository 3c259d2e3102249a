//! Products of matrices.

use tidegate_onnx::node::{of_float, of_int, of_text};

use crate::Case;

#[test]
fn gemm_in_all_its_forms() {
    for (ta, tb) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        for c in [&[2, 4][..], &[4], &[2, 1], &[1], &[]] {
            let attributes = vec![
                of_int("transA", ta),
                of_int("transB", tb),
                of_float("alpha", 0.7),
                of_float("beta", 1.3),
            ];
            let a = if ta == 0 { [2, 3] } else { [3, 2] };
            let b = if tb == 0 { [3, 4] } else { [4, 3] };
            let case = Case::of("Gemm", &["a", "b", "c"], attributes);
            case.wanted("a", &a).wanted("b", &b).wanted("c", c).check();
        }
    }
    Case::of("Gemm", &["a", "b"], vec![]).wanted("a", &[1, 3]).wanted("b", &[3, 2]).check();
}

#[test]
fn matmul_broadcasts_its_leading_axes() {
    for (a, b) in [
        (&[2, 3][..], &[3, 4][..]),
        (&[1, 3], &[3, 1]),
        (&[2, 5, 3], &[3, 4]),
        (&[2, 5, 3], &[2, 3, 4]),
        (&[2, 1, 5, 3], &[4, 3, 2]),
        (&[5, 3], &[2, 3, 4]),
        (&[1, 5, 3], &[2, 3, 4]),
        (&[3], &[3, 4]),
        (&[2, 3], &[3]),
        (&[3], &[3]),
        (&[2, 5, 3], &[3]),
        (&[3], &[2, 3, 4]),
    ] {
        Case::of("MatMul", &["a", "b"], vec![]).wanted("a", a).wanted("b", b).check();
    }
}

#[test]
fn einstein_sums() {
    for (equation, a, b) in [
        ("ij,jk->ik", &[2, 3][..], &[3, 4][..]),
        ("bij,bkj->bik", &[2, 3, 4], &[2, 5, 4]),
        ("ij,jk", &[2, 3], &[3, 4]),
        ("ij,j->i", &[2, 3], &[3]),
        ("ij,k->ik", &[2, 3], &[4]),
        ("bhid,bhjd->bhij", &[1, 2, 3, 2], &[1, 2, 4, 2]),
    ] {
        let case = Case::of("Einsum", &["a", "b"], vec![of_text("equation", equation)]);
        case.wanted("a", a).wanted("b", b).check();
    }
    let alone = |equation: &str| Case::of("Einsum", &["a"], vec![of_text("equation", equation)]);
    alone("ij->ji").wanted("a", &[2, 3]).check();
    alone("ij->i").wanted("a", &[2, 3]).check();
}
