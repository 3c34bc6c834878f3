
    // Do not modify this file by hand!
    // Re-generate this file by running lit-localize

    import {html} from 'lit';
    import {str} from '@lit/localize';

    /* eslint-disable no-irregular-whitespace */
    /* eslint-disable @typescript-eslint/no-explicit-any */

    export const templates = {
      's24664c72256ae57f': `What this is`,
'h570cd74974d68f70': html`<b class="generator">G</b> is a forger: it turns random numbers, the noise, into
                  <b class="fake">samples</b>. <b class="discriminator">D</b> is a detective: it sees
                  <b class="real">real data</b> and samples, and the shading is how real it thinks each
                  place is. Only that verdict comes back to G, which never sees real data.`,
'ha8ce0cbc3188e143': html`<b class="generator">G</b> is a forger: it turns random numbers, the noise, into
                  <b class="fake">samples</b>. <b class="discriminator">D</b> is a detective: it sees
                  <b class="real">real data</b> and samples and says which are which. Only that verdict
                  comes back to G, which never sees real data.`,
'seab52d48a0c4ad9d': str`${0} steps have run by themselves. Press Train to go on.`,
'sbd20a2111e25f4ea': `Got it`,
    };
  