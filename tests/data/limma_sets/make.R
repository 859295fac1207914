# References for the set tests: R's voom, camera and fry on the counts of ../deseq2/nested and of GSE184951.
# Debian 12: apt-get install r-bioc-edger; in this folder:
# Rscript make.R <folder with GSE184951_gene_counts.tsv.gz and samples.tsv>
suppressPackageStartupMessages(library(edgeR))

# Both tests of a contrast (weights on the columns of the design); camera with limma's preset and with estimated
# correlations, fry with each way to standardise.
tests <- function(v, design, contrasts, index, id) {
  tables <- lapply(names(contrasts), function(name) {
    contrast <- contrasts[[name]]
    preset <- camera(v, index, design, contrast, sort = FALSE)
    estimated <- camera(v, index, design, contrast, inter.gene.cor = NA, sort = FALSE)
    by_sd <- lapply(c("posterior.sd", "residual.sd", "none"), function(sd)
      fry(v, index, design, contrast, standardize = sd, sort = FALSE))
    data.frame(study = id, contrast = name, set_id = names(index), size = preset$NGenes,
      camera_direction = preset$Direction, camera_p_value = preset$PValue,
      correlation = estimated$Correlation, camera_estimated_p_value = estimated$PValue,
      fry_direction = by_sd[[1]]$Direction, fry_p_value = by_sd[[1]]$PValue, fry_mixed_p_value = by_sd[[1]]$PValue.Mixed,
      fry_residual_p_value = by_sd[[2]]$PValue, fry_residual_mixed_p_value = by_sd[[2]]$PValue.Mixed,
      fry_none_p_value = by_sd[[3]]$PValue, fry_none_mixed_p_value = by_sd[[3]]$PValue.Mixed)
  })
  do.call(rbind, tables)
}

write_gz <- function(x, name) {
  number <- sapply(x, is.double)
  x[number] <- lapply(x[number], signif, 10)
  f <- gzfile(name, "w"); write.table(x, f, sep = "\t", quote = FALSE, row.names = FALSE, na = "NA"); close(f)
}

# With genes' own weights the residuals' basis depends on the order of columns: it is that of our designs.
# Subjects nested in arms, 600 genes, 24 sets of 2 to 60 genes drawn at random, the first of genes that rise in NMN.
counts <- as.matrix(read.delim("../deseq2/nested.counts.tsv.gz", row.names = 1))
subject <- sub("[.].*", "", colnames(counts))
after <- as.numeric(sub(".*[.]", "", colnames(counts)) == "after")
nmn <- as.numeric(subject <= "S05")
y <- calcNormFactors(DGEList(counts), method = "RLE")
design <- cbind(model.matrix(~ 0 + subject), after * nmn, after * (1 - nmn))
v <- voom(y, design)
set.seed(20)
sizes <- c(2, 3, 5, 8, 12, 20, 35, 60)
index <- lapply(rep(sizes, 3), function(size) sort(sample(nrow(counts), size)))
names(index) <- sprintf("set%02d", seq_along(index))
fit <- eBayes(lmFit(v, design))
index$set01 <- order(-fit$t[, 11])[1:15]
zeros <- rep(0, 10)
contrasts <- list(change.Placebo = c(zeros, 0, 1), change.NMN = c(zeros, 1, 0),
                  difference.NMN_vs_Placebo = c(zeros, 1, -1))
nested <- tests(v, design, contrasts, index, "nested")
sets <- data.frame(set_id = names(index), genes = sapply(index, function(i) paste(rownames(counts)[i], collapse = " ")))
write_gz(sets, "nested.sets.tsv.gz")
write_gz(data.frame(gene_id = rownames(v), weight_1 = v$weights[, 1], weight_20 = v$weights[, 20],
                    t = fit$t[, 11], df_total = fit$df.total), "nested.voom.tsv.gz")

# GSE184951, training in eleven people, after against before: genes with 10 counts in 11 samples, one gene a symbol,
# that of the highest mean.
folder <- commandArgs(TRUE)[1]
sheet <- read.delim(file.path(folder, "samples.tsv"), colClasses = "character")
sheet <- sheet[sheet$group == "DM1", ]
counts <- read.delim(file.path(folder, "GSE184951_gene_counts.tsv.gz"), quote = "", check.names = FALSE, na.strings = character())
symbols <- counts$symbol
counts <- as.matrix(data.frame(counts[, sheet$sample], row.names = counts$gene_id, check.names = FALSE))
kept <- rowSums(counts >= 10) >= 11
counts <- counts[kept, ]; symbols <- symbols[kept]
y <- calcNormFactors(DGEList(counts), method = "RLE")
design <- cbind(model.matrix(~ 0 + sheet$subject), as.numeric(sheet$time == "post"))
v <- voom(y, design)
scaled <- rowMeans(t(t(counts) / (y$samples$lib.size * y$samples$norm.factors)))
best <- order(-scaled, rownames(counts))
best <- best[symbols[best] != "" & !duplicated(symbols[best])]
v <- v[sort(best), ]
read_gmt <- function(path) {
  lines <- strsplit(readLines(path), "\t")
  sets <- lapply(lines, function(line) line[-(1:2)])
  names(sets) <- sapply(lines, `[`, 1)
  sets
}
sets <- c(read_gmt("../../../resources/genesets/pdgf.gmt"), read_gmt("../../../resources/genesets/go.gmt.gz"))
index <- ids2indices(sets[!duplicated(names(sets))], symbols[sort(best)], remove.empty = TRUE)
size <- lengths(index)
pdgf <- names(index)[1:4]
others <- setdiff(names(index)[size >= 5 & size <= 500], pdgf)
index <- index[c(pdgf, others[seq(1, length(others), by = 100)])]
whole <- tests(v, design, list(change.post = c(rep(0, 11), 1)), index, "gse184951")
write_gz(rbind(nested, whole), "sets.tsv.gz")
packages <- c("edgeR", "limma")
writeLines(c(R.version.string, sapply(packages, function(p) paste(p, packageVersion(p)))), "versions.txt")
