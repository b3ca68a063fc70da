// Lighthouse's score of a page's loading, from its metrics. The weights and curves are those of Lighthouse 12 (core/config/
// default-config.js, desktop-config.js, core/audits/metrics/*.js): of each metric, what one page in ten reaches (p10) gives 0.9 and
// the median 0.5, on a log-normal curve.

const WEIGHTS = { fcp: 0.1, si: 0.1, lcp: 0.25, tbt: 0.3, cls: 0.25 };

const CURVES = {
  mobile: { fcp: [1800, 3000], si: [3387, 5800], lcp: [2500, 4000], tbt: [200, 600], cls: [0.1, 0.25] },
  desktop: { fcp: [934, 1600], si: [1311, 2300], lcp: [1200, 2400], tbt: [150, 350], cls: [0.1, 0.25] },
};

/** The error function: Abramowitz and Stegun 7.1.26, to seven digits. */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

/** From 0 to 1. */
function part(value, [p10, median]) {
  if (value <= 0) return 1;
  // The inverse of erfc at 1/5.
  const standard = (Math.log(value / median) * 0.9061938024368232) / -Math.log(p10 / median);
  return (1 - erf(standard)) / 2;
}

/** From 0 to 100. */
export function score(form, metrics) {
  const sum = Object.entries(WEIGHTS).reduce((sum, [name, weight]) => sum + weight * part(metrics[name], CURVES[form][name]), 0);
  return Math.round(sum * 100);
}
