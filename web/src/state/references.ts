/** Where what the page says can be read: the works that its citations name, in full and with an address. */

export interface Reference {
  /** As citations name it. */
  names: RegExp;
  full: string;
  href: string;
}

const arxiv = (number: string): string => `https://arxiv.org/abs/${number}`;

const REFERENCES: readonly Reference[] = [
  {
    names: /tutorial/i,
    full: 'I. Goodfellow, NIPS 2016 Tutorial: Generative Adversarial Networks, 2016',
    href: arxiv('1701.00160'),
  },
  {
    names: /2014 paper|Goodfellow et al\. 2014/,
    full: 'I. Goodfellow et al., Generative Adversarial Networks, NIPS 2014',
    href: arxiv('1406.2661'),
  },
  {
    names: /Mirza and Osindero 2014/,
    full: 'M. Mirza and S. Osindero, Conditional Generative Adversarial Nets, 2014',
    href: arxiv('1411.1784'),
  },
  {
    names: /Kingma and Welling 2014/,
    full: 'D. P. Kingma and M. Welling, Auto-Encoding Variational Bayes, ICLR 2014',
    href: arxiv('1312.6114'),
  },
  {
    names: /Li et al\. 2015/,
    full: 'Y. Li, K. Swersky and R. Zemel, Generative Moment Matching Networks, ICML 2015',
    href: arxiv('1502.02761'),
  },
  {
    names: /Radford et al\. 2016/,
    full: 'A. Radford, L. Metz and S. Chintala, Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks, ICLR 2016',
    href: arxiv('1511.06434'),
  },
  {
    names: /Chen et al\. 2016/,
    full: 'X. Chen et al., InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial Nets, NIPS 2016',
    href: arxiv('1606.03657'),
  },
  {
    names: /Metz et al\. 2017/,
    full: 'L. Metz, B. Poole, D. Pfau and J. Sohl-Dickstein, Unrolled Generative Adversarial Networks, ICLR 2017',
    href: arxiv('1611.02163'),
  },
  {
    names: /Donahue et al\. 2017/,
    full: 'J. Donahue, P. Krähenbühl and T. Darrell, Adversarial Feature Learning, ICLR 2017',
    href: arxiv('1605.09782'),
  },
  {
    names: /Dumoulin et al\. 2017/,
    full: 'V. Dumoulin et al., Adversarially Learned Inference, ICLR 2017',
    href: arxiv('1606.00704'),
  },
  {
    names: /Arjovsky et al\. 2017/,
    full: 'M. Arjovsky, S. Chintala and L. Bottou, Wasserstein Generative Adversarial Networks, ICML 2017',
    href: arxiv('1701.07875'),
  },
  {
    names: /Gulrajani et al\. 2017/,
    full: 'I. Gulrajani et al., Improved Training of Wasserstein GANs, NIPS 2017',
    href: arxiv('1704.00028'),
  },
  {
    names: /Mao et al\. 2017/,
    full: 'X. Mao et al., Least Squares Generative Adversarial Networks, ICCV 2017',
    href: arxiv('1611.04076'),
  },
  {
    names: /Miyato et al\. 2018/,
    full: 'T. Miyato, T. Kataoka, M. Koyama and Y. Yoshida, Spectral Normalization for Generative Adversarial Networks, ICLR 2018',
    href: arxiv('1802.05957'),
  },
  {
    names: /Salimans et al\. 2016/,
    full: 'T. Salimans et al., Improved Techniques for Training GANs, NIPS 2016',
    href: arxiv('1606.03498'),
  },
  {
    names: /Brock et al\. 2019/,
    full: 'A. Brock, J. Donahue and K. Simonyan, Large Scale GAN Training for High Fidelity Natural Image Synthesis, ICLR 2019',
    href: arxiv('1809.11096'),
  },
  {
    names: /Karras et al\. 2018/,
    full: 'T. Karras, T. Aila, S. Laine and J. Lehtinen, Progressive Growing of GANs for Improved Quality, Stability, and Variation, ICLR 2018',
    href: arxiv('1710.10196'),
  },
  {
    names: /Yazici et al\. 2019/,
    full: 'Y. Yazıcı et al., The Unusual Effectiveness of Averaging in GAN Training, ICLR 2019',
    href: arxiv('1806.04498'),
  },
  {
    names: /Jang et al\. 2017/,
    full: 'E. Jang, S. Gu and B. Poole, Categorical Reparameterization with Gumbel-Softmax, ICLR 2017',
    href: arxiv('1611.01144'),
  },
  {
    names: /Williams 1992/,
    full: 'R. J. Williams, Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning, Machine Learning 8, 1992',
    href: 'https://doi.org/10.1007/BF00992696',
  },
  {
    names: /Hinton 2002/,
    full: 'G. E. Hinton, Training Products of Experts by Minimizing Contrastive Divergence, Neural Computation 14, 2002',
    href: 'https://doi.org/10.1162/089976602760128018',
  },
  {
    names: /Tieleman 2008/,
    full: 'T. Tieleman, Training Restricted Boltzmann Machines Using Approximations to the Likelihood Gradient, ICML 2008',
    href: 'https://doi.org/10.1145/1390156.1390290',
  },
  {
    names: /Mescheder et al\. 2018/,
    full: 'L. Mescheder, A. Geiger and S. Nowozin, Which Training Methods for GANs do actually Converge?, ICML 2018',
    href: arxiv('1801.04406'),
  },
  {
    names: /Gutmann and Hyvärinen 2010/,
    full: 'M. Gutmann and A. Hyvärinen, Noise-Contrastive Estimation: A New Estimation Principle for Unnormalized Statistical Models, AISTATS 2010',
    href: 'https://proceedings.mlr.press/v9/gutmann10a.html',
  },
  {
    names: /Srivastava et al\. 2017/,
    full: 'A. Srivastava et al., VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational Learning, NIPS 2017',
    href: arxiv('1705.07761'),
  },
];

/** A citation in pieces, of which those that name a work have one. */
export function cited(text: string): { text: string; reference?: Reference }[] {
  const found = REFERENCES.flatMap((reference) => {
    const match = reference.names.exec(text);
    return match ? [{ at: match.index, name: match[0], reference }] : [];
  }).sort((a, b) => a.at - b.at);
  const pieces: { text: string; reference?: Reference }[] = [];
  let from = 0;
  for (const { at, name, reference } of found) {
    if (at > from) pieces.push({ text: text.slice(from, at) });
    pieces.push({ text: name, reference });
    from = at + name.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
