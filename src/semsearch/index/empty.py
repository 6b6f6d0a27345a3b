"""Words that say nothing of what a paper is about."""

from __future__ import annotations

from semsearch.index.words import terms

# Words of any abstract on anything: rare in a small collection by chance, and telling in none.
EMPTY = frozenset(
    terms(
        """
        according achieve across additional all allow also although among apply approach attempt author
        available base become better between both call carry case certain compare consider current
        demonstrate describe develop different discuss due each effective either enable especially every
        evaluate examine example experiment explore fact find first five follow found four further
        general give given good great help high however illustrate important improve include increase
        indicate introduce investigate involve issue large later latter lead less like likely limited
        main make many may method more most much must need new novel obtain offer often one only other
        outperform over paper particular perform possible potential present previous problem propose
        provide reasonable recent relate remain require respectively result same second several show
        significant similar simple since some still strong study suggest take therefore thing three
        through thus top towards two under understand upon useful various very via way well whether
        while wide within without work year
        """
    )
)

# Words that tell nothing alone, though much beside another: "language model", "graph algorithm".
VAGUE = frozenset(
    terms(
        """
        accuracy activity advance advancing against aim algorithm alone analysis analyze approximate
        architecture art aspect assess assessment automated automatic aware benchmark calculation cannot
        case cause challenge change characteristic characterization class collection combine comparative
        comparison complex component comprehensive computation computational concept condition context
        contribution control criterion data dataset deep design detail determination determine difficulty
        direct distinct down driven dynamic early efficiency efficient empirical end enhance environment
        equation estimate evaluation evidence experimental extension factor false fast feature field form
        formula formulation framework full function generate generation global group guide guided human
        identify impact implementation implication individual influence information input insight integrate
        integration interest interpretation know knowledge known learn learning level line local long low
        mathematical measure measurement mechanism model modelling multi multiple nature network never no
        non note number numerical observation open order output overview part performance perspective
        phenomenon point powerful practical practice predict prediction principle procedure process produce
        property quality question random range rate real reduce region relation relationship report
        representation research response review revisiting robust robustness role run sample scalable scale
        science scientific self sensitive set short single small solution solve source space special
        specific state step strategy structure structured subject support survey system target task
        technique test theoretical theory time tool training type unified unifying unknown usage user value
        variable variation vary view yet zero

        analyse approche article cadre comment donnee etude exemple methode modele nouveau nouvelle outil
        partir premier probleme proposition recherche resultat systeme travail vers
        """
    )
)
