# References for the second opinion: R's edgeR and limma on the counts of ../deseq2/nested and of GSE184951.
# Debian 12: apt-get install r-bioc-edger r-cran-statmod; in this folder:
# Rscript make.R <folder with GSE184951_gene_counts.tsv.gz and samples.tsv>
suppressPackageStartupMessages(library(edgeR))

# Quasi-likelihood F tests of contrasts; the statistic is Student's t with the p value of the test.
edger <- function(y, design, contrasts) {
  y <- estimateDisp(y, design)
  fit <- glmQLFit(y, design)
  tables <- lapply(names(contrasts), function(id) {
    test <- glmQLFTest(fit, contrast = contrasts[[id]])
    change <- drop(fit$unshrunk.coefficients %*% contrasts[[id]]) / log(2)
    t <- sign(change) * qt(test$table$PValue / 2, test$df.total, lower.tail = FALSE)
    rows("edger", id, y, change, t, test$table$PValue)
  })
  do.call(rbind, tables)
}

# voom, block correlation, each estimated twice, moderated t test of one coefficient of each design.
limma <- function(y, block, designs) {
  tables <- lapply(names(designs), function(id) {
    design <- designs[[id]]
    v <- voom(y, design)
    correlation <- duplicateCorrelation(v, design, block = block)$consensus.correlation
    v <- voom(y, design, block = block, correlation = correlation)
    correlation <- duplicateCorrelation(v, design, block = block)$consensus.correlation
    fit <- eBayes(lmFit(v, design, block = block, correlation = correlation))
    rows("limma", id, y, fit$coefficients[, id], fit$t[, id], fit$p.value[, id])
  })
  do.call(rbind, tables)
}

rows <- function(engine, id, y, change, t, p) {
  data.frame(engine, contrast = id, gene_id = rownames(y), log2_fold_change = change, statistic = t, p_value = p,
             q_value = p.adjust(p, "BH"))
}

write_gz <- function(x, name) {
  number <- sapply(x, is.numeric)
  x[number] <- lapply(x[number], signif, 9)
  f <- gzfile(name, "w"); write.table(x, f, sep = "\t", quote = FALSE, row.names = FALSE, na = "NA"); close(f)
}

# Subjects nested in arms, 600 genes, every gene.
counts <- as.matrix(read.delim("../deseq2/nested.counts.tsv.gz", row.names = 1))
subject <- sub("[.].*", "", colnames(counts))
after <- as.numeric(sub(".*[.]", "", colnames(counts)) == "after")
nmn <- as.numeric(subject <= "S05")
y <- calcNormFactors(DGEList(counts), method = "RLE")
changes <- cbind(change.Placebo = after * (1 - nmn), change.NMN = after * nmn)
weights <- list(change.Placebo = c(1, 0), change.NMN = c(0, 1), difference.NMN_vs_Placebo = c(-1, 1))
blocked <- cbind(model.matrix(~ 0 + subject), changes)
by_edger <- edger(y, blocked, lapply(weights, function(w) c(rep(0, 10), w)))
start <- cbind(Placebo = 1 - nmn, NMN = nmn)
split <- cbind(start, changes)
by_limma <- limma(y, subject, list(
  change.Placebo = split, change.NMN = split, difference.NMN_vs_Placebo = cbind(start, after, difference.NMN_vs_Placebo = after * nmn)
))
write_gz(rbind(by_edger, by_limma), "nested.tsv.gz")

# GSE184951, training in eleven people, after against before; every eighth gene, and every gene at q < 0.05.
folder <- commandArgs(TRUE)[1]
sheet <- read.delim(file.path(folder, "samples.tsv"), colClasses = "character")
sheet <- sheet[sheet$group == "DM1", ]
counts <- read.delim(file.path(folder, "GSE184951_gene_counts.tsv.gz"), quote = "", check.names = FALSE)
counts <- as.matrix(data.frame(counts[, sheet$sample], row.names = counts$gene_id, check.names = FALSE))
counts <- counts[rowSums(counts >= 10) >= 11, ]
change.post <- as.numeric(sheet$time == "post")
y <- calcNormFactors(DGEList(counts), method = "RLE")
blocked <- cbind(model.matrix(~ 0 + sheet$subject), change.post)
by_edger <- edger(y, blocked, list(change.post = c(rep(0, 11), 1)))
by_limma <- limma(y, sheet$subject, list(change.post = cbind(before = 1, change.post)))
whole <- rbind(by_edger, by_limma)
some <- rownames(y)[seq_len(nrow(y)) %% 8 == 1]
write_gz(whole[whole$gene_id %in% some | whole$q_value < 0.05, ], "gse184951.tsv.gz")
packages <- c("edgeR", "limma", "statmod")
writeLines(c(R.version.string, sapply(packages, function(p) paste(p, packageVersion(p)))), "versions.txt")
