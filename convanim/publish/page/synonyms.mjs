/** The words that readers use for what figures call otherwise: one table. */

const TRANSPOSED = /transposed convolution|transpose\b/;
const UP_AND_DOWN = /u-net|usual upsampling|\bstack\b[\s\S]*transposed convolution/;

/**
 * Words that a reader may type, in English and Chinese, and a pattern of the texts that mean the same.
 * @type {[string, RegExp][]}
 */
export const SYNONYMS = [
  ["receptive field, field of view, context, 感受野", /\bstack\b/],
  ["deconvolution, deconv, fractionally strided, fractional stride, convtranspose2d, 反卷积, 转置卷积", TRANSPOSED],
  ["upsampling, upscaling, up-convolution, upconv, backward, conv2dtranspose, 上采样", TRANSPOSED],
  ["atrous, à trous, holes, dilated, dilation, 空洞卷积, 膨胀卷积", /dilat/],
  ["u-net, unet, encoder, decoder, autoencoder, segmentation", UP_AND_DOWN],
  ["vgg, vggnet, small kernels", /\bstack\b[\s\S]*3x3|3x3[\s\S]*\bstack\b/],
  ["depthwise separable, depth-wise, mobilenet, xception, 深度可分离", /depthwise|pointwise/],
  ["1x1 convolution, network in network, inception, bottleneck", /pointwise|kernel (of )?1 ?x ?1/],
  ["grouped convolution, resnext, alexnet, 分组卷积", /groups/],
  ["checkerboard artifacts, artefacts, uneven overlap, 棋盘", /checkerboard/],
  ["same, keeps the size, 相同填充", /'same'|\bsame_|half padding/],
  ["stamps, overlap-add, scatter-add, col2im, fold", /\bscatter\b|\bstamp/],
  ["unfold, gemm, matmul, patches", /\bim2col/],
  ["fully connected, linear layer, mlp, neurons, weight sharing, 全连接", /\bdense/],
  ["linear map, sparse matrix, unrolled, 矩阵", /\bmatrix\b/],
  ["tcn, temporal, sequence, audio, autoregressive, 因果", /causal/],
  ["cross-correlation, flip, flipped, mirrored kernel", /turned around/],
  ["mirror padding, reflection", /reflect|symmetric/],
  ["edge padding, nearest, border", /replicate/],
  ["periodic, wrap, torus", /circular|circulant/],
  ["global pooling, spatial pyramid", /adaptive/],
  ["subsampling, downsampling, downscaling, 池化, 下采样", /pool/],
  ["mean pooling", /average/],
  ["edge detection, filter, image", /sobel/],
  ["greyscale, grayscale, black and white", /theme print/],
  ["color blind, colour-blind, accessible", /colorblind/],
  ["dark mode, night", /theme dark/],
  ["variables, algebra, letters", /symbols/],
  ["填充, 补零", /padding/],
  ["步幅, 步长", /stride/],
];

/**
 * A text with the words that mean the same as what it says.
 * @param {string} text in lower case
 * @returns {string}
 */
export const withSynonyms = (text) =>
  [text, ...SYNONYMS.filter(([, pattern]) => pattern.test(text)).map(([words]) => words)].join(" ");
