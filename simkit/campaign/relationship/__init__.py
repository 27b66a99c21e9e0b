"""Why users stay or leave: satisfaction, loyalty, share of wallet, motives, competitors, neglect."""
