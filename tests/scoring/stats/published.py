"""Data sets from the literature, with the figures that were published for them."""

from __future__ import annotations

ENURESIS_DRUG_FIRST = (
    (8, 5), (14, 10), (8, 0), (9, 7), (11, 6), (3, 5), (6, 0), (0, 0), (13, 12), (10, 2), (7, 5),
    (13, 13), (8, 10), (7, 7), (9, 0), (10, 6), (2, 2),
)  # fmt: skip
ENURESIS_PLACEBO_FIRST = (
    (12, 11), (6, 8), (13, 9), (8, 8), (8, 9), (4, 8), (8, 14), (2, 4), (8, 13), (9, 7), (7, 10), (7, 6),
)  # fmt: skip
"""Dry nights in 14, first period and second, of 29 children with nocturnal enuresis: the example of Hills
and Armitage, Br. J. Clin. Pharmacol. 8, 1979, also in Armitage, Statistical Methods in Medical Research
(table with paired differences: mean 2.172, variance 11.005, t = 3.53)."""

ASTHMA_FORMOTEROL_FIRST = (
    (310, 270), (310, 260), (370, 300), (410, 390), (250, 210), (380, 350), (330, 365),
)  # fmt: skip
ASTHMA_SALBUTAMOL_FIRST = ((370, 385), (310, 400), (380, 410), (290, 320), (260, 340), (90, 220))
"""Peak expiratory flow, l/min, of 13 children, first period and second: Senn, Cross-over Trials in Clinical
Research, 2002, ch. 3; data as printed in the SAS/STAT User's Guide, PROC TTEST, AB/BA Crossover Design."""

CHICKEN_A = (1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30)
CHICKEN_B = (0.878, 0.647, 0.598, 2.050, 1.060, 1.290, 1.060, 3.140, 1.290)
"""Data of Hollander and Wolfe as two samples; SAS PROC NPAR1WAY (EXACT HL) gives shift 0.5600 with exact
limits -0.2200 and 1.0820 (CAMIS project, Non-parametric point estimation in SAS)."""

CHORION_TERM = (0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46)
CHORION_EARLY = (1.15, 0.88, 0.90, 0.74, 1.21)
"""Permeability of the human chorioamnion, Hollander and Wolfe, Nonparametric Statistical Methods, table 4.1;
SAS PROC NPAR1WAY gives shift 0.3050 and exact two-sided p = 0.2544 (DescrTab2's validation output)."""

PRESSURE_TREATED = (94, 108, 110, 90)
PRESSURE_CONTROL = (80, 94, 85, 90, 90, 90, 108, 94, 78, 105, 88)
"""Blood pressure with ties; StatXact 5 gives exact two-sided p = 0.0989 and shift 9.5 (regression tests of
the R package exactRankTests)."""

AIRWAYS_DISCORDANT = (7, 1)
"""Children whose airway hyper-responsiveness came and went with a transplantation, 21 in all: Bentur et al.,
as in Fagerland et al., BMC Med. Res. Methodol. 13, 2013, table 1."""

LEUKAEMIA_6MP = (
    (6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True), (10, False), (11, False),
    (13, True), (16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False),
    (32, False), (32, False), (34, False), (35, False),
)  # fmt: skip
LEUKAEMIA_PLACEBO = tuple(
    (weeks, True) for weeks in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
)
"""Weeks in remission, and whether it ended: Freireich et al., Blood 21, 1963, 699-716. 42 children, 541 weeks
at risk, 30 relapses; all of the control group had relapsed after 23 weeks (Rodriguez, Princeton)."""
