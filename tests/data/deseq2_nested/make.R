# Reference for subjects nested in arms: R DESeq2 on counts that this script simulates.
# Debian 12: apt-get install r-bioc-deseq2; Rscript make.R, in this folder.
suppressPackageStartupMessages(library(DESeq2))
set.seed(20261123)
subject <- rep(sprintf("S%02d", 1:10), each = 2)
arm <- rep(c("NMN", "Placebo"), each = 10)
visit <- rep(c("before", "after"), 10)
genes <- 600
mu <- rlnorm(genes, 5, 1.2)
by_subject <- matrix(rnorm(genes * 10, 0, 0.4), genes)[, as.integer(factor(subject))]
rise <- ifelse(seq_len(genes) <= 60, 1.2, 0)
fall <- ifelse(seq_len(genes) > 60 & seq_len(genes) <= 120, -0.9, 0)
effect <- outer(rise, arm == "NMN" & visit == "after") + outer(fall, visit == "after")
depth <- runif(20, 0.6, 1.6)
means <- t(t(mu * exp(by_subject + effect)) * depth)
counts <- matrix(rnbinom(genes * 20, mu = means, size = 1 / (0.05 + 2 / mu)), genes)
dimnames(counts) <- list(sprintf("gene%03d", seq_len(genes)), paste(subject, visit, sep = "."))
block <- model.matrix(~ 0 + subject)
design <- cbind(block, Placebo.after = arm == "Placebo" & visit == "after", NMN.after = arm == "NMN" & visit == "after")
sheet <- data.frame(subject, agent = arm, visit, row.names = colnames(counts))
dds <- DESeq(DESeqDataSetFromMatrix(counts, sheet, design = design), quiet = TRUE, minReplicatesForReplace = Inf)
tests <- list(change.Placebo = c(1, 0), change.NMN = c(0, 1), difference.NMN_vs_Placebo = c(-1, 1))
tables <- lapply(names(tests), function(id) {
  r <- results(dds, contrast = c(rep(0, 10), tests[[id]]), alpha = 0.05)
  data.frame(contrast = id, gene_id = rownames(r), base_mean = r$baseMean, log2_fold_change = r$log2FoldChange,
             lfc_se = r$lfcSE, statistic = r$stat, p_value = r$pvalue, q_value = r$padj)
})
write_gz <- function(x, name) {
  f <- gzfile(name, "w"); write.table(x, f, sep = "\t", quote = FALSE, row.names = FALSE, na = "NA"); close(f)
}
write_gz(data.frame(gene_id = rownames(counts), counts, check.names = FALSE), "counts.tsv.gz")
write_gz(do.call(rbind, tables), "results.tsv.gz")
writeLines(c(R.version.string, paste("DESeq2", packageVersion("DESeq2"))), "versions.txt")
