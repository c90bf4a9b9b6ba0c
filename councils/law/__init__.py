"""The Act on municipalities' responsibility for crime prevention (2023:196): its register, its year and its papers."""
